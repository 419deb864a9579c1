/** A provider's stream that breaks off anywhere is taken up so that a strict client hears one whole, well-formed answer. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freeformTool } from '../../src/dialects/freeform.ts'
import { clientDialects } from '../../src/dialects/registry.ts'
import { resumes } from '../../src/dialects/resume.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import { createGatherer } from '../../src/ir/gathered.ts'
import { isObject, parseJson } from '../../src/ir/json.ts'
import type { ChatRequest } from '../../src/ir/request.ts'
import { endWithCalls } from '../../src/seam/blocks.ts'
import { findMissing, type Missing } from '../../src/seam/plan.ts'
import { createSplice } from '../../src/seam/splice.ts'
import type { Heard, SseClientName } from './demand.ts'
import { sequentialAnswers } from './generated.ts'
import { collect, decodeText, fixture, framesOf } from './streams.ts'
import { plainRequest } from '../plain-request.ts'
import { strictClients } from './strict-clients.ts'

const request: ChatRequest = { ...plainRequest, reasoning: {}, includeUsage: true }

/** What another model says that was asked to go on: some words of its own, and every call of the answer again. */
function secondHalf(whole: readonly StreamEvent[]): StreamEvent[] {
  const calls = whole.filter(({ type }) => type.startsWith('tool-call'))
  return [
    { type: 'start', id: 'second', model: 'local' },
    { type: 'text-start', index: 900 },
    { type: 'text-delta', index: 900, text: '… and further on.' },
    { type: 'text-end', index: 900 },
    ...calls,
    { type: 'finish', reason: calls.length > 0 ? 'tool-calls' : 'stop', usage: { inputTokens: 5, outputTokens: 3 } },
  ]
}

/** What the client has on its wire in the end, and what the seam was; `undefined` where it gives up. */
function takenUp(
  dialect: SseClientName,
  seen: string,
  whole: StreamEvent[],
  asked = request,
): { wire: string; missing: Missing } | undefined {
  const resumed = resumes[dialect](framesOf(dialect, seen), asked, 0)
  if (!resumed) return undefined
  const gatherer = createGatherer()
  for (const event of resumed.events) gatherer.take(event)
  let wire = seen + resumed.closing
  const emit = (event: StreamEvent): void => {
    gatherer.take(event)
    wire += resumed.encode(event)
  }
  const missing: Missing = resumed.isWhole ? { type: 'end' } : findMissing(gatherer.gathered, asked.output)
  if (!resumed.isWhole && missing.type === 'end') endWithCalls(gatherer.gathered, emit)
  if (missing.type !== 'end')
    secondHalf(whole).forEach(createSplice(asked, gatherer.gathered, missing, 'prefill', emit))
  return { wire, missing }
}

/** The beginnings of a stream, each up to the end of a frame. */
function beginnings(wire: string): string[] {
  const ends = [...wire.matchAll(/\n\n/g)].map(({ index }) => index + 2)
  return ends.slice(0, -1).map((end) => wire.slice(0, end))
}

function check(dialect: SseClientName, wire: string): Missing['type'][] {
  const events = decodeText(dialect, wire)
  const collected = collect(events)
  if (!collected?.ok) throw new Error('The stream has no end.')
  const texts = collected.response.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
  return beginnings(wire).flatMap((seen) => {
    const result = takenUp(dialect, seen, events)
    if (!result) return []
    const heard: Heard = strictClients[dialect](result.wire)
    expect(heard.ending).not.toBe('failed')
    const before = decodeText(dialect, seen)
      .flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))
      .join('')
    expect(texts.startsWith(before)).toBe(true)
    expect(heard.texts.join('').startsWith(before)).toBe(true)
    if (result.missing.type === 'text') expect(heard.texts.join('')).toBe(`${before}… and further on.`)
    for (const { input } of heard.calls) expect(isObject(parseJson(input || '{}'))).toBe(true)
    return [result.missing.type]
  })
}

const recorded: { readonly [D in SseClientName]: readonly string[] } = {
  anthropic: [
    'text',
    'reasoning-and-text',
    'omitted-thinking',
    'redacted-thinking',
    'tool-call',
    'parallel-tool-calls',
    'server-tool',
  ],
  'openai-chat': ['text', 'reasoning-and-text', 'tool-call', 'text-then-tool-call', 'no-usage', 'comments'],
  'openai-responses': ['text', 'reasoning-and-text', 'tool-call', 'server-tool'],
}

describe.each(['anthropic', 'openai-chat', 'openai-responses'] as const)('a broken %s stream', (dialect) => {
  it.each(recorded[dialect])('is taken up behind any frame: %s', (name) => {
    expect(check(dialect, fixture(dialect, name)).length).toBeGreaterThan(0)
  })

  it('is taken up behind any frame of any answer', () => {
    fc.assert(
      fc.property(sequentialAnswers, (events) => {
        const identity = {
          id: clientDialects[dialect].answerId('0123456789abcdef01234567', false),
          model: 'm',
          createdAtMs: 0,
        }
        const encode = clientDialects[dialect].createEncoder(identity, request)
        check(dialect, events.map((event) => encode(event)).join(''))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a Responses stream that breaks off in a call of plain text', () => {
  const patch = '*** Begin Patch\n+"A" \\ ü\n*** End Patch'
  const call = { id: 'ctc_1', type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch' }
  const place = { output_index: 0, item_id: 'ctc_1' }
  const response = { id: 'resp_1', object: 'response', status: 'in_progress', model: 'm', output: [] }
  const wire = [
    { type: 'response.created', response },
    { type: 'response.output_item.added', output_index: 0, item: { ...call, status: 'in_progress', input: '' } },
    { type: 'response.custom_tool_call_input.delta', ...place, delta: patch.slice(0, 20) },
    { type: 'response.custom_tool_call_input.delta', ...place, delta: patch.slice(20) },
    { type: 'response.custom_tool_call_input.done', ...place, input: patch },
    { type: 'response.output_item.done', output_index: 0, item: { ...call, status: 'completed', input: patch } },
    { type: 'response.completed', response: { ...response, status: 'completed' } },
  ]
    .map((body, sequence_number) => `event: ${body.type}\ndata: ${JSON.stringify({ ...body, sequence_number })}\n\n`)
    .join('')

  it('ends with the text that the provider said to be whole, and with none but it', () => {
    const asked = { ...request, tools: [freeformTool('apply_patch', undefined, undefined)] }
    for (const seen of beginnings(wire).filter((text) => text.includes('input.done'))) {
      const result = takenUp('openai-responses', seen, decodeText('openai-responses', wire), asked)
      expect(result?.missing).toEqual({ type: 'end' })
      const [last] = framesOf('openai-responses', result?.wire ?? '').slice(-1)
      expect(parseJson(last?.data ?? '')).toMatchObject({
        type: 'response.completed',
        response: { output: [{ ...call, input: patch }] },
      })
    }
  })
})
