/** What each fault has to come to, and whether it did. */
import { expect } from 'vitest'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { objectOf, parseJson } from '../../src/ir/json.ts'
import type { Heard, SseClientName } from '../conformance/demand.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { failureNames } from '../fakes/failures.ts'
import { hear } from './answers.ts'
import type { Content, Fault, Outcome } from './faults.ts'
import type { Cell, Told } from './manual.ts'
import { saidOf, usual, type Topic } from './topic.ts'

export const endpoints: Readonly<Record<SseClientName, string>> = {
  anthropic: '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
}

export type Place = Pick<Cell, 'client' | 'primary' | 'stream' | 'content' | 'seam'>
/** The same for apps that read no server-sent events. */
export type AnyPlace = Omit<Place, 'client'> & { client: ClientDialectName }

/** A failure of the catalogue has no answer in it. */
export function withAnswer(behaviour: ProviderBehaviour, content: Content, topic: Topic): ProviderBehaviour {
  const isRefusal = failureNames.some((name) => name === behaviour.mode)
  return isRefusal ? behaviour : { ...behaviour, ...saidOf(content, topic) }
}

/** Who answers, as the fault says. */
export function expected(fault: Fault, place: AnyPlace): Told | 'none' {
  const { whole, gathered, isToldWithoutSeam } = fault
  const { client, primary, content, seam } = place
  const stream = (client === primary ? undefined : fault.translated) ?? fault.stream
  const ofStream = typeof stream === 'string' ? stream : stream[content]
  const isTold = ofStream === 'both' || gathered !== undefined || (isToldWithoutSeam && client === primary)
  if (place.stream) return !seam && isTold ? 'told' : ofStream
  if (client === primary) return whole
  // A restart is as good as a seam where the client has seen nothing.
  return gathered ?? (ofStream === 'both' ? 'local' : ofStream)
}

/** What real clients forgive, and the strict ones do not. */
export function hearLeniently(mode: string, { client, primary }: Place, type: string, text: string): Heard {
  if (!type.startsWith('text/event-stream') || client !== primary) return hear(client, type, text)
  if (mode === 'last-frame-missing' && client === 'openai-chat') return hear(client, type, `${text}data: [DONE]\n\n`)
  // The numbers have a gap, and the deltas lack a word that the whole response has.
  if (mode === 'frame-torn' && client === 'openai-responses') {
    const last = /\ndata: (\{"type":"response.completed".*)\n\n$/.exec(text)?.[1]
    if (last) return hear(client, 'application/json', JSON.stringify(objectOf(parseJson(last))['response']))
  }
  return hear(client, type, text)
}

/** Nothing is missing, nothing is there twice, and what has an end has the right one. */
export function checkWhole(
  { name, plays }: Pick<Fault, 'name' | 'plays'>,
  { content, primary }: Pick<Place, 'content' | 'primary'>,
  outcome: Outcome,
  heard: Heard,
  { sentence, thoughts, call } = usual,
): void {
  const isMended = plays[primary]?.mode === 'invalid-utf8'
  const isTorn = plays[primary]?.mode === 'frame-torn' && outcome === 'provider'
  const mended = (text: string): string => (isMended ? text.replaceAll('ü', '\uFFFD') : text)
  const told = heard.texts.join('')
  if (content === 'tool call') {
    const [made, ...more] = heard.calls
    expect(more, name).toEqual([])
    expect({ name: made?.name, input: JSON.parse(mended(made?.input ?? '')) }).toEqual({
      ...call,
      input: JSON.parse(mended(JSON.stringify(call.input))),
    })
  } else if (isTorn && content === 'text' && told !== sentence) expect(told).toBe(sentence.replace(' brown', ''))
  else expect(told).toBe(mended(sentence))
  if (content === 'reasoning' && outcome === 'provider' && !isTorn)
    expect(heard.reasoning.join('')).toBe(mended(thoughts))
  expect(heard.ending).toMatch(
    content === 'tool call' ? /^(tool_use|tool_calls|completed)$/ : /^(end_turn|stop|completed)$/,
  )
}
