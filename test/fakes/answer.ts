/** What the fake provider says, before it is put into a wire format. */

import type { JsonObject } from '../../src/ir/json.ts'
import type { Content } from './control.ts'

export interface AnswerCall {
  id: string
  name: string
  input: JsonObject
}

export interface Answer {
  /** Distinct for each answer of a process; the dialects put their own prefix before it. */
  serial: string
  model: string
  thinking: string | undefined
  redacted: string | undefined
  text: string
  calls: AnswerCall[]
  finish: 'stop' | 'length' | 'refusal'
  inputTokens: number
  outputTokens: number
}

/** One piece of a stream; `content` says whether the reader gets something to show from it. */
export interface Frame {
  wire: string
  content: boolean
}

const cloudText = 'Hello from the cloud, in several words.'

export function createAnswer(content: Content, model: string, requestText: string, count: number): Answer {
  const serial = `Fake${String(count).padStart(20, '0')}`
  const calls = (content.toolCalls ?? []).map((call, index) => ({
    // The prefix of Anthropic ids is not required anywhere; OpenAI's limit is 40 characters (providers.md 4.2, 4.5).
    id: call.id ?? `call_${serial}_${index}`,
    name: call.name,
    input: call.input,
  }))
  const text = content.text ?? (calls.length > 0 ? '' : cloudText)
  return {
    serial,
    model,
    thinking: content.thinking,
    redacted: content.redacted,
    text,
    calls,
    finish: content.finish ?? 'stop',
    inputTokens: Math.ceil(Buffer.byteLength(requestText) / 4),
    outputTokens: splitWords(text).length + 1,
  }
}

/** Words with the space before them: the concatenation is the text again. */
export function splitWords(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? (text === '' ? [] : [text])
}

/** Tool arguments cut as providers cut them: at no boundary that means anything. */
export function splitJson(json: string): string[] {
  return json.match(/[\s\S]{1,7}/g) ?? []
}
