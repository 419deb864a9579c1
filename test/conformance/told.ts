/** What clients are told of an answer, in their dialects. */
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { clientDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import type { ChatRequest } from '../../src/ir/request.ts'
import { parseFrames } from './demand.ts'
import { plainRequest } from '../plain-request.ts'

export type Wire = Record<string, unknown>

export const request: ChatRequest = {
  ...plainRequest,
  model: 'asked-model',
  messages: [],
  reasoning: {},
}

export function encoder(dialect: ClientDialectName, asked = request) {
  const id = clientDialects[dialect].answerId('0123456789abcdef01234567', true)
  return clientDialects[dialect].createEncoder({ id, model: 'qwen2.5:3b', createdAtMs: 1_741_290_958_999 }, asked)
}

export function encode(dialect: ClientDialectName, events: readonly StreamEvent[], asked = request): string {
  const encodeEvent = encoder(dialect, asked)
  return events.map((event) => encodeEvent(event)).join('')
}

export function bodies(text: string): Wire[] {
  return parseFrames(text).flatMap(({ data }) => (data === '[DONE]' ? [] : [JSON.parse(data) as Wire]))
}

export const start = { type: 'start', id: 'x', model: 'y' } satisfies StreamEvent
export const finish = {
  type: 'finish',
  reason: 'stop',
  usage: { inputTokens: 130, cacheReadTokens: 100, outputTokens: 6 },
} satisfies StreamEvent

export function call(index: number, id: string): [StreamEvent, StreamEvent, StreamEvent] {
  return [
    { type: 'tool-call-start', index, id, name: 'run' },
    { type: 'tool-call-delta', index, json: `{"n":${index}}` },
    { type: 'tool-call-end', index },
  ]
}

export function reasoning(text: string, seal?: Extract<StreamEvent, { type: 'reasoning-end' }>['seal']): StreamEvent[] {
  return [
    { type: 'reasoning-start', index: 0 },
    { type: 'reasoning-delta', index: 0, text },
    seal ? { type: 'reasoning-end', index: 0, seal } : { type: 'reasoning-end', index: 0 },
  ]
}
