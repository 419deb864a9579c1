/** Which models behind OpenAI's dialects may be asked to reason: the others refuse the whole request for it. */
import type { ChatRequest, DialectName, Warn } from '../ir/request.ts'

/** By the names that their makers give them; a model that is not known here is asked for nothing it may not know. */
const reasoners =
  /(^|[/.:_-])(o[1-9]|gpt-[5-9]|gpt-oss|codex|deepseek-(r\d|reasoner|v[4-9])|qwen-?3|qwq|magistral|gemini-(2\.5|[3-9])|grok-[3-9])|thinking|reason/i

export function withKnownReasoning(request: ChatRequest, dialect: DialectName, warn: Warn): ChatRequest {
  const { reasoning: _, ...plain } = request
  const isOpenAi = dialect === 'openai-chat' || dialect === 'openai-responses'
  if (
    !isOpenAi ||
    request.reasoning === undefined ||
    (reasoners.test(request.model) && request.reasoning.effort !== 'none')
  )
    return request
  if (request.reasoning.effort !== 'none') warn('this model is not known to reason and is not asked to')
  return plain
}
