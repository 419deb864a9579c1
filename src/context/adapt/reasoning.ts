/** Which models reason: behind OpenAI's dialects the others refuse the whole request for being asked, and those who do are silent meanwhile. */
import type { ChatRequest, DialectName, Warn } from '../../ir/request.ts'

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

/** They think unless they are told not to, and some of them whatever they are told (providers.md 4.1). */
const thinkingClaudes = /claude-(fable|mythos|(opus|sonnet|haiku)-[5-9])/

/**
 * Whether this model may work on this request for minutes without a word: it was asked to reason or is known to, or has tools that its
 * provider runs itself. Not if it was told not to think.
 */
export function mayWorkInSilence(
  { reasoning, tools }: Pick<ChatRequest, 'reasoning' | 'tools'>,
  model: string,
): boolean {
  if (tools.some(({ type }) => type === 'opaque')) return true
  if (reasoning) return reasoning.effort !== 'none'
  return reasoners.test(model) || thinkingClaudes.test(model)
}
