/** The same request once a tool has been called: what had to be called has been, and is not called again for the same wish. */
import type { ChatRequest } from './request.ts'

export function withFreeChoice(request: ChatRequest): ChatRequest {
  return request.toolChoice.type === 'none' ? request : { ...request, toolChoice: { type: 'auto' } }
}
