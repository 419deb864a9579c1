import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../src/ir/events.ts'
import type { DialectName } from '../../src/ir/request.ts'
import { grammarFaults } from './grammar.ts'
import { chunkings, collect, decodeChunks, decodeFrames, decodeText, fixture, framesOf } from './streams.ts'
import { broken, ends, failing, whole, type Said } from './target-answers.ts'

const dialects: DialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

function namesOf(table: { readonly [D in DialectName]: Readonly<Record<string, unknown>> }, dialect: DialectName) {
  return Object.keys(table[dialect])
}

/** What the events say, in the shape of the tables. */
function said(events: readonly StreamEvent[]): Partial<Said> {
  const collected = collect(events)
  if (!collected?.ok) return {}
  const { content, reason, rawReason, stopSequence, usage } = collected.response
  const texts = content.filter((part) => part.type === 'text')
  const thoughts = content.filter((part) => part.type === 'reasoning')
  const calls = content.filter((part) => part.type === 'tool-call')
  const seal = thoughts[0]?.seal
  return {
    reason,
    usage: { ...usage },
    ...(rawReason !== undefined && { rawReason }),
    ...(stopSequence !== undefined && { stopSequence }),
    ...(texts.length > 0 && { text: texts.map((part) => part.text).join('') }),
    ...(thoughts.length > 0 && { reasoning: thoughts.map((part) => part.text).join('') }),
    ...(seal && { seal: { kind: seal.kind, value: seal.value, ...(seal.id !== undefined && { id: seal.id }) } }),
    ...(calls.length > 0 && { calls: calls.map(({ id, name, input }) => [id, name, input]) }),
  }
}

function textOf(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
}

function failureOf(events: readonly StreamEvent[]): string | undefined {
  const last = events.at(-1)
  return last?.type === 'failure' ? last.failure.kind : undefined
}

describe.each(dialects)('a stream of the %s dialect', (dialect) => {
  const wholeNames = namesOf(whole, dialect)
  const failingNames = namesOf(failing, dialect)
  const all = [...wholeNames, ...failingNames]
  const pool = all.flatMap((name) => framesOf(dialect, fixture(dialect, name)))

  it.each(wholeNames)('is understood: %s', (name) => {
    const events = decodeText(dialect, fixture(dialect, name))
    const expected = whole[dialect][name]
    expect(grammarFaults(events)).toEqual([])
    const heard = said(events)
    expect({ ...heard, usage: expected?.usage === undefined ? undefined : heard.usage }).toEqual(expected)
  })

  it('says which answer and which model it is', () => {
    const [start] = decodeText(dialect, fixture(dialect, 'text'))
    const names: { [D in DialectName]: object } = {
      anthropic: { id: 'msg_recorded0001', model: 'claude-opus-5' },
      'openai-chat': { id: 'chatcmpl-recorded1', model: 'gpt-4o-2024-08-06' },
      'openai-responses': { id: 'resp_recorded1', model: 'gpt-5.4' },
      ollama: { model: 'qwen2.5:3b' },
    }
    expect(start).toMatchObject({ type: 'start', ...names[dialect] })
  })

  it.each(failingNames)('that fails ends in a failure: %s', (name) => {
    const events = decodeText(dialect, fixture(dialect, name))
    const expected = failing[dialect][name]
    expect(grammarFaults(events)).toEqual([])
    expect({ kind: failureOf(events), text: textOf(events) }).toEqual({ text: '', ...expected })
  })

  it.each([...broken[dialect]])(
    'that breaks its own rules keeps the grammar and loses nothing in silence: %s',
    (name) => {
      const events = decodeText(dialect, fixture(dialect, name))
      expect(grammarFaults(events)).toEqual([])
      expect([textOf(events), failureOf(events)]).toSatisfy(
        ([text, failure]: (string | undefined)[]) => text === 'Hello' || failure !== undefined,
      )
    },
  )

  it.each(all)('gives the same events for any chunking: %s', (name) => {
    const text = fixture(dialect, name)
    const events = decodeText(dialect, text)
    fc.assert(
      fc.property(chunkings(text), (chunks) => {
        expect(decodeChunks(dialect, chunks)).toEqual(events)
      }),
      { numRuns: 25 },
    )
  })

  it.each(all)('gives the same events with CRLF line ends, for any chunking: %s', (name) => {
    const text = fixture(dialect, name)
    const events = decodeText(dialect, text)
    fc.assert(
      fc.property(chunkings(text.replaceAll('\n', '\r\n')), (chunks) => {
        expect(decodeChunks(dialect, chunks)).toEqual(events)
      }),
      { numRuns: 20 },
    )
  })

  it.each(wholeNames)('never looks complete when it is cut: %s', (name) => {
    const text = fixture(dialect, name)
    const bytes = Buffer.from(text)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        const prefix = bytes.subarray(0, length)
        const events = decodeChunks(dialect, [prefix])
        expect(grammarFaults(events)).toEqual([])
        if (!ends[dialect].test(prefix.toString('utf8'))) expect(failureOf(events)).toBe('malformed-answer')
      }),
      { numRuns: 60 },
    )
  })

  it('keeps the grammar whatever the frames are', () => {
    const frames = fc.array(fc.constantFrom(...pool), { maxLength: 12 })
    fc.assert(
      fc.property(frames, (some) => {
        expect(grammarFaults(decodeFrames(dialect, some))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('survives frames that are no JSON, or JSON of no known shape', () => {
    const junk = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(
        '[DONE]',
        '{"choices":[null]}',
        '{"message":7}',
        '{"type":"response.created"}',
        '{"type":"message_start"}',
      ),
    )
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 6 }), (some) => {
        const events = decodeFrames(
          dialect,
          some.map((data) => ({ data })),
        )
        expect(events.filter((event) => event.type === 'failure' || event.type === 'finish')).toHaveLength(1)
      }),
    )
  })

  it('without a single frame is a failure', () => {
    expect(failureOf(decodeText(dialect, ''))).toBe('malformed-answer')
  })
})

describe('a Messages stream', () => {
  it('reports the tokens of the prompt at its start', () => {
    const [start] = decodeText('anthropic', fixture('anthropic', 'text'))
    expect(start).toMatchObject({ usage: { inputTokens: 130, cacheReadTokens: 100, cacheWriteTokens: 5 } })
  })

  it('passes server tools on as opaque events and never as calls of the client', () => {
    const events = decodeText('anthropic', fixture('anthropic', 'server-tool'))
    expect(events.filter((event) => event.type === 'opaque')).toHaveLength(2)
    expect(events.filter((event) => event.type.startsWith('tool-call'))).toEqual([])
  })
})

describe('a Chat stream', () => {
  it('interleaves its parallel tool calls', () => {
    const events = decodeText('openai-chat', fixture('openai-chat', 'interleaved-tool-calls'))
    const order = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.index] : []))
    expect(order).toEqual([1, 0, 1, 0])
  })
})

describe('a Responses stream', () => {
  it('that is incomplete for no stated reason does not look complete', () => {
    const events = decodeText('openai-responses', fixture('openai-responses', 'incomplete-without-a-reason'))
    expect(events.at(-1)).not.toMatchObject({ type: 'finish', reason: 'stop' })
  })
})

describe('an Ollama stream', () => {
  it('gives calls without an id ids of their own', () => {
    const events = decodeText('ollama', fixture('ollama', 'tool-calls-without-ids'))
    const ids = events.flatMap((event) => (event.type === 'tool-call-start' ? [event.id] : []))
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
  })
})
