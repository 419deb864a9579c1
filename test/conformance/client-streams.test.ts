import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerIdentity } from '../../src/dialects/dialect.ts'
import { clientDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import type { ChatRequest } from '../../src/ir/request.ts'
import { interleavedAnswers, sequentialAnswers } from './generated.ts'
import { parseFrames, type Heard, type SseClientName } from './demand.ts'
import { grammarFaults } from './grammar.ts'
import { collect, decodeText, framesOf } from './streams.ts'
import { plainRequest } from '../plain-request.ts'
import { strictClients } from './strict-clients.ts'

const dialects: SseClientName[] = ['anthropic', 'openai-chat', 'openai-responses']

const request: ChatRequest = { ...plainRequest, reasoning: {}, includeUsage: true }

function identityOf(dialect: SseClientName): AnswerIdentity {
  const id = clientDialects[dialect].answerId('0123456789abcdef01234567', true)
  return { id, model: 'qwen2.5:3b', createdAtMs: 1_741_290_958_123 }
}

function encode(dialect: SseClientName, events: readonly StreamEvent[], asked = request): string {
  const encodeEvent = clientDialects[dialect].createEncoder(identityOf(dialect), asked)
  return events.map((event) => encodeEvent(event)).join('')
}

/** What a client of the dialect must hear, block by block in the order in which they were opened. */
function expected(events: readonly StreamEvent[]): Omit<Heard, 'ending' | 'usage'> {
  const collected = collect(events)
  if (!collected?.ok) throw new Error('The generated answer has no end.')
  const { content } = collected.response
  return {
    texts: content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
    reasoning: content.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])),
    calls: content.flatMap((part) =>
      part.type === 'tool-call' ? [{ id: part.id, name: part.name, input: part.input }] : [],
    ),
  }
}

/** Chat has one text and one reasoning for the whole answer, in the order of the deltas. */
function joined(events: readonly StreamEvent[]): Omit<Heard, 'ending' | 'usage'> {
  const sum = (type: 'text-delta' | 'reasoning-delta'): string =>
    events.map((event) => (event.type === type ? event.text : '')).join('')
  return { ...expected(events), texts: [sum('text-delta')], reasoning: [sum('reasoning-delta')] }
}

const endings: { readonly [D in SseClientName]: Readonly<Record<string, string>> } = {
  anthropic: { stop: 'end_turn', 'tool-calls': 'tool_use', length: 'max_tokens', 'content-filter': 'refusal' },
  'openai-chat': { stop: 'stop', 'tool-calls': 'tool_calls', length: 'length', 'content-filter': 'content_filter' },
  'openai-responses': {
    stop: 'completed',
    'tool-calls': 'completed',
    length: 'max_output_tokens',
    'content-filter': 'content_filter',
  },
}

function finishOf(events: readonly StreamEvent[]) {
  const last = events.at(-1)
  if (last?.type !== 'finish') throw new Error('The generated answer has no finish.')
  return last
}

const hello: StreamEvent[] = [
  { type: 'start', id: 'x', model: 'y' },
  { type: 'text-start', index: 0 },
  { type: 'text-delta', index: 0, text: 'Hello ' },
  { type: 'text-delta', index: 0, text: 'Rhine' },
  { type: 'text-end', index: 0 },
  { type: 'finish', reason: 'stop', usage: { inputTokens: 12, outputTokens: 6 } },
]

describe.each(dialects)('a stream to a client of the %s dialect', (dialect) => {
  const listen = strictClients[dialect]

  it('satisfies the strictest client, and says everything, also when blocks interleave', () => {
    fc.assert(
      fc.property(interleavedAnswers, (events) => {
        const { ending, usage, ...heard } = listen(encode(dialect, events))
        expect(heard).toEqual(dialect === 'openai-chat' ? joined(events) : expected(events))
        expect(ending).toBe(endings[dialect][finishOf(events).reason])
        expect(usage).toBeDefined()
      }),
    )
  })

  it('may show a sign of life between any two of its events', () => {
    fc.assert(
      fc.property(interleavedAnswers, fc.infiniteStream(fc.boolean()), (events, isSilent) => {
        const stream = clientDialects[dialect].openStream(request)
        const identity = identityOf(dialect)
        const encodeEvent = stream.createEncoder(identity)
        const signs = (): string => (isSilent.next().value === true ? stream.sign(identity) : '')
        const text = events.map((event) => signs() + encodeEvent(event)).join('')
        const { ending: _, usage, ...heard } = listen(text)
        expect(heard).toEqual(dialect === 'openai-chat' ? joined(events) : expected(events))
        expect(usage).toBeDefined()
      }),
    )
  })

  it("comes back the same through the dialect's own decoder", () => {
    fc.assert(
      fc.property(sequentialAnswers, (events) => {
        const decoded = decodeText(dialect, encode(dialect, events))
        expect(grammarFaults(decoded)).toEqual([])
        const finish = finishOf(decoded)
        const { reason, usage } = finishOf(events)
        expect(dialect === 'openai-chat' ? joined(decoded) : expected(decoded)).toEqual(
          dialect === 'openai-chat' ? joined(events) : expected(events),
        )
        expect(finish.reason).toBe(reason)
        expect(finish.usage).toEqual(usage)
      }),
    )
  })

  it('says the same as one that is not streamed', () => {
    fc.assert(
      fc.property(sequentialAnswers, (events) => {
        const collected = collect(events)
        if (!collected?.ok) throw new Error('The generated answer has no end.')
        const body = clientDialects[dialect].encodeResponse(collected.response, identityOf(dialect), request)
        const { texts, calls } = wholeBody[dialect](JSON.parse(JSON.stringify(body)))
        const heard = listen(encode(dialect, events))
        expect(texts.join('')).toBe(heard.texts.join(''))
        expect(calls).toEqual(heard.calls.map(({ id, name, input }) => [id, name, JSON.parse(input || '{}')]))
      }),
    )
  })

  it('goes out as it comes: each delta is written at once', () => {
    const encodeEvent = clientDialects[dialect].createEncoder(identityOf(dialect), request)
    const texts = hello.map((event) => encodeEvent(event))
    expect(texts[2]).toContain('Hello ')
    expect(texts[3]).toContain('Rhine')
  })

  it('names the model and the id that the exchange gave it', () => {
    const text = encode(dialect, hello)
    expect(text).toContain('"model":"qwen2.5:3b"')
    expect(text).toContain(`"id":"${identityOf(dialect).id}"`)
    expect(text).not.toContain('asked-model')
  })

  it('tells unknown token counts as zero, never leaves them out', () => {
    const events = hello.map((event): StreamEvent => (event.type === 'finish' ? { ...event, usage: {} } : event))
    expect(listen(encode(dialect, events)).usage).toBeDefined()
  })

  it('turns a failure after some text into an error in band', () => {
    const failure: StreamEvent = { type: 'failure', failure: { kind: 'overloaded', message: 'The model is busy.' } }
    const heard = listen(encode(dialect, [...hello.slice(0, 3), failure]))
    expect(heard).toMatchObject({ ending: 'failed', texts: ['Hello '], error: { message: 'The model is busy.' } })
  })

  it('has an error frame for a stream that another wrote', () => {
    const frame = clientDialects[dialect].encodeFailureFrame({ kind: 'overloaded', message: 'The model is busy.' })
    const [only, ...more] = framesOf(dialect, frame)
    expect(more).toEqual([])
    expect(only?.data).toContain('The model is busy.')
    expect(only && clientDialects[dialect].judgeFrame(only)).toBe('failure')
  })

  it('leaves out what only another provider understands', () => {
    const opaque: StreamEvent = { type: 'opaque', dialect: 'ollama', value: { type: 'sparkle' } }
    const heard = listen(encode(dialect, [...hello.slice(0, 5), opaque, ...hello.slice(5)]))
    expect(heard.texts).toEqual(['Hello Rhine'])
  })

  it('is announced before it says something, and judged so', () => {
    const frames = parseFrames(encode(dialect, hello))
    const roles = frames.map((frame) => clientDialects[dialect].judgeFrame(frame))
    const first = roles.indexOf('content')
    expect(roles.slice(0, first)).toEqual(roles.slice(0, first).map(() => 'preamble'))
    expect(frames[first]?.data).toContain('Hello ')
  })

  it('ends with a frame by which a relayed stream is known to be whole, and has none before', () => {
    const roles = parseFrames(encode(dialect, hello)).map((frame) => clientDialects[dialect].judgeFrame(frame))
    expect(roles.findLast((role) => role !== 'closing' && role !== 'preamble')).toBe('end')
    const beginning = parseFrames(encode(dialect, hello.slice(0, 4)))
    expect(beginning.map((frame) => clientDialects[dialect].judgeFrame(frame))).not.toContain('end')
  })
})

type Body = { texts: string[]; calls: unknown[][] }

/** The content of a whole answer, read as a client of the dialect reads it. */
const wholeBody: { readonly [D in SseClientName]: (body: Wire) => Body } = {
  anthropic: (body) => ({
    texts: parts(body, 'content', 'text').map((part) => String(part['text'])),
    calls: parts(body, 'content', 'tool_use').map((part) => [part['id'], part['name'], part['input']]),
  }),
  'openai-chat': (body) => {
    const message = (body as { choices: { message: Wire }[] }).choices[0]?.message ?? {}
    const calls = (message['tool_calls'] ?? []) as { id: string; function: { name: string; arguments: string } }[]
    return {
      texts: [(message['content'] ?? '') as string],
      calls: calls.map((call) => [call.id, call.function.name, JSON.parse(call.function.arguments || '{}')]),
    }
  },
  'openai-responses': (body) => ({
    texts: parts(body, 'output', 'message').map((item) =>
      (item['content'] as { text: string }[]).map((part) => part.text).join(''),
    ),
    calls: parts(body, 'output', 'function_call').map((item) => [
      item['call_id'],
      item['name'],
      JSON.parse(String(item['arguments']) || '{}'),
    ]),
  }),
}

type Wire = Record<string, unknown>

function parts(body: Wire, field: string, type: string): Wire[] {
  return (body[field] as Wire[]).filter((part) => part['type'] === type)
}
