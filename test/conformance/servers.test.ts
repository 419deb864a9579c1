/** What MCP servers do within an answer, on the two wires that have words for it: written, read again, and taken up where it broke off. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import { resumes } from '../../src/dialects/resume.ts'
import { unrolls } from '../../src/dialects/unroll.ts'
import type { AnswerPart } from '../../src/ir/answer.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import { exactText, parseExact } from '../../src/ir/exact-json.ts'
import { isObject } from '../../src/ir/json.ts'
import { plainRequest } from '../plain-request.ts'
import { grammarFaults } from './grammar.ts'
import { chunkings, collect, decodeChunks, decodeText, framesOf } from './streams.ts'

const identity = { id: 'resp_trooper1', model: 'm', createdAtMs: 0 }

const list = { server: 'docs', tools: [{ name: 'search', description: 'Finds.', inputSchema: { type: 'object' } }] }
const call = (index: number): StreamEvent => ({
  type: 'mcp-call-start',
  index,
  call: { id: `trooper${index}`, server: 'docs', name: 'search', input: '{"id":12345678901234567890}' },
})
const text = (index: number, said: string): StreamEvent[] => [
  { type: 'text-start', index },
  { type: 'text-delta', index, text: said },
  { type: 'text-end', index },
]
const events: StreamEvent[] = [
  { type: 'start', id: 'x', model: 'm' },
  { type: 'mcp-list', list },
  ...text(0, 'Let me see.'),
  call(1),
  call(2),
  {
    type: 'mcp-call-end',
    index: 1,
    result: { type: 'ran', content: [{ type: 'text', text: 'Found “it”.' }], isError: false },
  },
  {
    type: 'mcp-call-end',
    index: 2,
    result: { type: 'ran', content: [{ type: 'text', text: 'Empty.' }], isError: true },
  },
  ...text(3, 'Here.'),
  { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: 2 } },
]

/** As far as a wire tells it: ids are its own. */
function told(parts: readonly AnswerPart[]): unknown[] {
  return parts.map((part) => {
    if (part.type === 'text') return part.text
    if (part.type === 'mcp-list') return { server: part.list.server, tools: part.list.tools.map(({ name }) => name) }
    if (part.type !== 'mcp-call') return part.type
    const { server, name, input } = part.call
    return { server, name, input, result: part.result }
  })
}

function partsOf(all: readonly StreamEvent[]): readonly AnswerPart[] {
  const collected = collect(all)
  return collected?.ok ? collected.response.content : []
}

describe.each(['anthropic', 'openai-responses'] as const)('%s', (dialect) => {
  const encode = clientDialects[dialect].createEncoder(identity, plainRequest)
  const stream = events.map((event) => encode(event)).join('')

  it('says in a stream what it is read as, however its bytes are cut', () => {
    expect(told(partsOf(decodeText(dialect, stream)))).toEqual(told(partsOf(events)))
    fc.assert(
      fc.property(chunkings(stream), (chunks) => {
        const read = decodeChunks(dialect, chunks)
        expect(grammarFaults(read)).toEqual([])
        expect(told(partsOf(read))).toEqual(told(partsOf(events)))
      }),
      { numRuns: 30 },
    )
  })

  it('says the same whole, and in a stream that is made of it', () => {
    const collected = collect(events)
    if (!collected?.ok) throw new Error('The answer has no end.')
    const whole = clientDialects[dialect].encodeResponse(collected.response, identity, plainRequest)
    const body = parseExact(exactText(whole))
    const unrolled = isObject(body) ? unrolls[dialect](body) : undefined
    expect(told(partsOf(decodeText(dialect, unrolled ?? '')))).toEqual(told(partsOf(events)))
  })

  it('is known with its results where it broke off, and a call that had none yet is closed', () => {
    const frames = framesOf(dialect, stream)
    const firstResult = frames.findIndex(({ data }) => data.includes('Found'))
    const resumed = resumes[dialect](frames.slice(0, firstResult), plainRequest, 0)
    expect(resumed?.isWhole).toBe(false)
    const begun = partsOf([...(resumed?.events ?? []), { type: 'finish', reason: 'stop', usage: {} }])
    const calls = begun.filter(({ type }) => type === 'mcp-call')
    expect(calls.every((part) => part.type === 'mcp-call' && part.result === undefined)).toBe(true)
    // What the client has of it, with what closes it, is a whole answer again.
    const closing = resumed?.closing ?? ''
    const rest = [...text(9, 'Sorry.'), events.at(-1)!].map((event) => resumed?.encode(event) ?? '').join('')
    const again = [...frames.slice(0, firstResult), ...framesOf(dialect, closing + rest)]
    const read: StreamEvent[] = []
    const decoder = targetDialects[dialect].createDecoder((event) => read.push(event), 0)
    for (const frame of again) decoder.frame(frame)
    decoder.end()
    expect(grammarFaults(read)).toEqual([])
    expect(read.at(-1)?.type).toBe('finish')
  })
})
