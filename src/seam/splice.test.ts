import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../ir/events.ts'
import { createGatherer } from '../ir/gathered.ts'
import { keepGrammar } from '../ir/grammar.ts'
import type { ChatRequest, Output } from '../ir/request.ts'
import { createCollector, type Collected } from '../ir/response.ts'
import { endWithCalls } from './blocks.ts'
import { findMissing } from './plan.ts'
import { createSplice } from './splice.ts'
import { plainRequest } from '../../test/plain-request.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const request: ChatRequest = {
  ...plainRequest,
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'How is the weather?' }] }],
  tools: [{ type: 'function', name: 'weather', inputSchema: schema }],
}

const start: StreamEvent = { type: 'start', id: 'a', model: 'cloud', usage: { inputTokens: 100 } }
const finish: StreamEvent = { type: 'finish', reason: 'stop', usage: { inputTokens: 120, outputTokens: 7 } }

function text(index: number, ...deltas: string[]): StreamEvent[] {
  const said = deltas.map((delta): StreamEvent => ({ type: 'text-delta', index, text: delta }))
  return [{ type: 'text-start', index }, ...said, { type: 'text-end', index }]
}

function thought(index: number, said: string): StreamEvent[] {
  return [
    { type: 'reasoning-start', index },
    { type: 'reasoning-delta', index, text: said },
    { type: 'reasoning-end', index },
  ]
}

function call(index: number, id: string, ...deltas: string[]): StreamEvent[] {
  const said = deltas.map((json): StreamEvent => ({ type: 'tool-call-delta', index, json }))
  return [{ type: 'tool-call-start', index, id, name: 'weather' }, ...said, { type: 'tool-call-end', index }]
}

/** What the client of the first target sees in the end. */
function spliced(
  first: StreamEvent[],
  second: StreamEvent[],
  output: Output = { type: 'text' },
): Collected | undefined {
  const gatherer = createGatherer()
  let collected: Collected | undefined
  const seen: StreamEvent[] = []
  const collect = createCollector((whole) => (collected = whole))
  const emit = (event: StreamEvent): void => {
    seen.push(event)
    gatherer.take(event)
    collect(event)
  }
  first.forEach(emit)
  const missing = findMissing(gatherer.gathered, output)
  if (missing.type === 'end') endWithCalls(gatherer.gathered, emit)
  else second.forEach(createSplice({ ...request, output }, gatherer.gathered, missing, 'prefill', emit))
  // What the client saw keeps the grammar: nothing has to be mended.
  const kept: StreamEvent[] = []
  seen.forEach(keepGrammar((event) => kept.push(event)))
  expect(kept).toEqual(seen)
  return collected
}

function contentOf(collected: Collected | undefined): unknown {
  return collected?.ok ? collected.response.content : collected?.failure.kind
}

describe('the seam', () => {
  it('goes on in the block that is still open', () => {
    const said = spliced([start, ...text(0, 'The sun ', 'shi').slice(0, -1)], [start, ...text(0, 'nes', '.'), finish])
    expect(contentOf(said)).toEqual([{ type: 'text', text: 'The sun shines.' }])
  })

  it('adds up what both halves cost, and estimates what the first one could not say any more', () => {
    const said = spliced([start, ...text(0, 'abcdef').slice(0, -1)], [start, ...text(0, 'gh'), finish])
    expect(said).toMatchObject({ response: { usage: { inputTokens: 220, outputTokens: 9 } } })
  })

  it('adds a block where none is open, and none where nothing is left to say', () => {
    const first = [start, ...text(0, 'It rained in Bern.')]
    expect(contentOf(spliced(first, [start, ...text(0, 'It rained in Bern. And in Oslo.'), finish]))).toEqual([
      { type: 'text', text: 'It rained in Bern.' },
      { type: 'text', text: ' And in Oslo.' },
    ])
    expect(contentOf(spliced(first, [start, ...text(0, 'It rained in Bern.'), finish]))).toEqual([
      { type: 'text', text: 'It rained in Bern.' },
    ])
  })

  it('closes thoughts that were cut, and lets the second model think and answer anew', () => {
    const said = spliced(
      [start, ...thought(0, 'Hm').slice(0, -1)],
      [start, ...thought(0, 'So.'), ...text(1, 'Sunny.'), finish],
    )
    expect(contentOf(said)).toEqual([
      { type: 'reasoning', text: 'Hm' },
      { type: 'reasoning', text: 'So.' },
      { type: 'text', text: 'Sunny.' },
    ])
  })

  it('shows no thoughts of the second model in the middle of a text', () => {
    const said = spliced(
      [start, ...text(0, 'The sun').slice(0, -1)],
      [start, ...thought(0, 'Where was I?'), ...text(1, ' shines.'), finish],
    )
    expect(contentOf(said)).toEqual([{ type: 'text', text: 'The sun shines.' }])
  })

  it('takes the calls that the second model makes', () => {
    const said = spliced(
      [start, ...text(0, 'Let me lo').slice(0, -1)],
      [start, ...text(0, 'ok.'), ...call(1, 'c1', '{"city":"Bern"}'), finish],
    )
    expect(contentOf(said)).toEqual([
      { type: 'text', text: 'Let me look.' },
      { type: 'tool-call', id: 'c1', name: 'weather', input: '{"city":"Bern"}' },
    ])
  })

  it('ends at once when all calls are whole', () => {
    const said = spliced([start, ...call(0, 'c1', '{"city":', '"Bern"}').slice(0, -1)], [])
    expect(said).toMatchObject({ response: { reason: 'tool-calls', usage: { inputTokens: 100 } } })
    expect(contentOf(said)).toEqual([{ type: 'tool-call', id: 'c1', name: 'weather', input: '{"city":"Bern"}' }])
  })

  it('finishes cut arguments as the second model has them, under the id of the first', () => {
    const said = spliced(
      [start, ...call(0, 'c1', '{"city": "Be').slice(0, -1)],
      [start, ...text(0, 'Sure.'), ...call(1, 'c2', '{"city":"Bern"}'), finish],
    )
    expect(contentOf(said)).toEqual([{ type: 'tool-call', id: 'c1', name: 'weather', input: '{"city": "Bern"}' }])
  })

  it.each([
    ['other arguments', call(0, 'c2', '{"city":"Oslo"}')],
    ['no call', text(0, 'It is sunny.')],
    ['broken arguments', call(0, 'c2', '{"city":"Bern')],
    [
      'arguments that the tool does not take',
      call(0, 'c2', '{"city":"Bern"}').with(1, { type: 'tool-call-delta', index: 0, json: '{"cat":1}' }),
    ],
  ])('says so when the second model comes with %s', (_case, events) => {
    expect(contentOf(spliced([start, ...call(0, 'c1', '{"city": "Be').slice(0, -1)], [start, ...events, finish]))).toBe(
      'malformed-answer',
    )
  })

  it('finishes the JSON that was asked for only where both agree', () => {
    const output: Output = { type: 'json', schema }
    const first = [start, ...text(0, '{"city": "Be').slice(0, -1)]
    expect(contentOf(spliced(first, [start, ...text(0, '```json\n{"city":"Bern"}\n```'), finish], output))).toEqual([
      { type: 'text', text: '{"city": "Bern"}' },
    ])
    expect(contentOf(spliced(first, [start, ...text(0, '{"city":"Oslo"}'), finish], output))).toBe('malformed-answer')
  })

  it('says so when the second model starts over in other words', () => {
    const first = [start, ...text(0, 'The weather in Bern is fine today, with').slice(0, -1)]
    expect(contentOf(spliced(first, [start, ...text(0, 'The weather in Bern is bad.'), finish]))).toBe(
      'malformed-answer',
    )
  })

  it('is passed on when the second target fails too', () => {
    const failure: StreamEvent = { type: 'failure', failure: { kind: 'overloaded', message: 'Overloaded' } }
    expect(contentOf(spliced([start, ...text(0, 'The').slice(0, -1)], [start, failure]))).toBe('overloaded')
  })

  it('restores any answer that is cut anywhere and continued from there', () => {
    const sentence = 'Wolken ziehen auf, später fällt ein wenig Regen; 12 °C.'
    const wholeCall = call(1, 'c1', '{"city":', '"Bern"}')
    const whole = (said: string): StreamEvent[] => [start, ...text(0, ...said.split(/(?= )/)), ...wholeCall]
    fc.assert(
      fc.property(fc.integer({ min: 1, max: sentence.length }), (cut) => {
        const first = [start, ...text(0, sentence.slice(0, cut)).slice(0, -1)]
        const said = spliced(first, [...whole(sentence.slice(cut)), finish])
        expect(contentOf(said)).toEqual(
          contentOf(spliced([], [])) ?? [
            { type: 'text', text: sentence },
            { type: 'tool-call', id: 'c1', name: 'weather', input: '{"city":"Bern"}' },
          ],
        )
      }),
    )
  })
})
