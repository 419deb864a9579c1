import type { ChatRequest } from '../src/ir/request.ts'

/** A streamed question, with nothing in it that a test does not name itself. */
export const plainRequest: ChatRequest = {
  model: 'asked-model',
  stream: true,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Where is the Rhine?' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
}
