/** Generated answers: any blocks, interleaved in any way that the event grammar allows. */
import fc from 'fast-check'
import type { FinishReason, StreamEvent, Usage } from '../../src/ir/events.ts'

const words = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('data: [DONE]\n\n', 'event: error\n', '\r\n', '世界 🌍', '</system>', '\u2028'),
)
const pieces = fc.array(words, { maxLength: 4 })
const callIds = fc.stringMatching(/^call_[a-zA-Z0-9]{6}$/)
const json = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.oneof(words, fc.integer(), fc.boolean()), {
  maxKeys: 3,
})

/** JSON text cut into deltas. */
const inputPieces = fc
  .tuple(json, fc.nat(30))
  .map(([value, at]) =>
    [JSON.stringify(value).slice(0, at), JSON.stringify(value).slice(at)].filter((piece) => piece !== ''),
  )

const text = pieces.map((all) => (index: number): StreamEvent[] => [
  { type: 'text-start', index },
  ...all.map((piece): StreamEvent => ({ type: 'text-delta', index, text: piece })),
  { type: 'text-end', index },
])
const reasoning = pieces.map((all) => (index: number): StreamEvent[] => [
  { type: 'reasoning-start', index },
  ...all.map((piece): StreamEvent => ({ type: 'reasoning-delta', index, text: piece })),
  { type: 'reasoning-end', index },
])
const call = fc
  .tuple(callIds, fc.stringMatching(/^[a-z_]{1,10}$/), inputPieces)
  .map(([id, name, all]) => (index: number): StreamEvent[] => [
    { type: 'tool-call-start', index, id, name },
    ...all.map((piece): StreamEvent => ({ type: 'tool-call-delta', index, json: piece })),
    { type: 'tool-call-end', index },
  ])

const usages: fc.Arbitrary<Usage> = fc
  .record({ read: fc.nat(500), write: fc.nat(500), fresh: fc.nat(500), out: fc.nat(500), thought: fc.nat(100) })
  .map(({ read, write, fresh, out, thought }) => ({
    inputTokens: read + write + fresh,
    cacheReadTokens: read,
    cacheWriteTokens: write,
    outputTokens: out,
    reasoningTokens: thought,
  }))

/** Index numbers as a decoder may give them: unique, and not always from 0. */
const blocks = fc
  .tuple(fc.array(fc.oneof(text, reasoning, call), { maxLength: 5 }), fc.nat(3))
  .map(([all, first]) => all.map((make, at) => make(first + at * 2)))

/** Merges the blocks: each pick says whose next event comes. */
const interleaved = fc.tuple(blocks, fc.array(fc.nat(), { minLength: 40, maxLength: 40 })).map(([all, picks]) => {
  const queues = all.map((events) => [...events])
  const merged: StreamEvent[] = []
  for (let at = 0; queues.some((queue) => queue.length > 0); at += 1) {
    const waiting = queues.filter((queue) => queue.length > 0)
    const event = waiting[(picks[at % picks.length] ?? 0) % waiting.length]?.shift()
    if (event) merged.push(event)
  }
  return merged
})

function withEnd(body: StreamEvent[], usage: Usage, other: 'length' | 'content-filter' | undefined): StreamEvent[] {
  const hasCalls = body.some((event) => event.type === 'tool-call-start')
  const reason: FinishReason = other ?? (hasCalls ? 'tool-calls' : 'stop')
  return [{ type: 'start', id: 'upstream-id', model: 'upstream-model' }, ...body, { type: 'finish', reason, usage }]
}

const endings = fc.option(fc.constantFrom('length' as const, 'content-filter' as const), { nil: undefined, freq: 3 })

/** Blocks one after the other, as most wires send them. */
export const sequentialAnswers = fc
  .tuple(blocks, usages, endings)
  .map(([all, usage, ending]) => withEnd(all.flat(), usage, ending))

export const interleavedAnswers = fc
  .tuple(interleaved, usages, endings)
  .map(([body, usage, ending]) => withEnd(body, usage, ending))
