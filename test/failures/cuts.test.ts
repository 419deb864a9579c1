/** A recorded stream that breaks off at any byte, also within a character: the client has a whole, well-formed answer all the same. */
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../src/ir/events.ts'
import { objectOf, parseJson } from '../../src/ir/json.ts'
import type { Heard, SseClientName } from '../conformance/demand.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { decodeText, fixture } from '../conformance/streams.ts'
import { exchange, type Script } from './in-process.ts'

/** Those that a strict client takes when they are whole. */
const recorded: Readonly<Record<SseClientName, readonly string[]>> = {
  anthropic: [
    'text',
    'reasoning-and-text',
    'omitted-thinking',
    'redacted-thinking',
    'tool-call',
    'tool-call-without-input',
    'parallel-tool-calls',
    'server-tool',
    'length',
    'stop-sequence',
    'refusal',
    'window-full',
  ],
  'openai-chat': [
    'text',
    'reasoning-and-text',
    'tool-call',
    'text-then-tool-call',
    'no-usage',
    'comments',
    'length',
    'content-filter',
  ],
  'openai-responses': ['text', 'reasoning-and-text', 'tool-call', 'server-tool', 'incomplete'],
}

const schema = { type: 'object', properties: { location: { type: 'string' }, zone: { type: 'string' } } }
const names = ['get_weather', 'get_time', 'list_files']
const messages = [{ role: 'user', content: 'Where is the Rhine?' }]

const requests: Readonly<Record<SseClientName, object>> = {
  anthropic: {
    model: 'claude-opus-5',
    max_tokens: 9000,
    stream: true,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages,
    tools: names.map((name) => ({ name, input_schema: schema })),
  },
  'openai-chat': {
    model: 'gpt-4o',
    stream: true,
    stream_options: { include_usage: true },
    messages,
    tools: names.map((name) => ({ type: 'function', function: { name, parameters: schema } })),
  },
  'openai-responses': {
    model: 'gpt-5',
    stream: true,
    input: messages,
    tools: names.map((name) => ({ type: 'function', name, parameters: schema })),
  },
}

interface Told {
  text: string
  calls: { name: string; input: unknown }[]
}

/** What an answer says. */
function tell(events: readonly StreamEvent[]): Told {
  const text = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('')
  const calls = events.flatMap((event) => {
    if (event.type !== 'tool-call-start') return []
    const pieces = events.flatMap((piece) =>
      piece.type === 'tool-call-delta' && piece.index === event.index ? [piece.json] : [],
    )
    return [{ name: event.name, input: objectOf(parseJson(pieces.join('') || '{}')) }]
  })
  return { text, calls }
}

/** The local model gives the whole answer again, as one does that starts over. */
function again({ text, calls }: Told): Script {
  const line = (fields: object): string => `${JSON.stringify({ model: 'm', created_at: 'now', ...fields })}\n`
  const tool_calls = calls.map(({ name, input }) => ({ function: { name, arguments: input } }))
  const lines = [
    line({ message: { role: 'assistant', content: text }, done: false }),
    line({ message: { role: 'assistant', content: '', ...(calls.length > 0 && { tool_calls }) }, done: false }),
    line({
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 5,
      eval_count: 3,
    }),
  ]
  return { type: 'application/x-ndjson', chunks: [Buffer.from(lines.join(''))], breaks: false }
}

/** A missing `[DONE]` is fine where a finish was seen (providers.md 3.3). */
function ended(dialect: SseClientName, text: string): string {
  return dialect !== 'openai-chat' || text.includes('data: [DONE]') ? text : `${text}data: [DONE]\n\n`
}

/** Tools of the provider's own that have no result: a later request with such a history is refused (providers.md 4.2). */
function unanswered(text: string): string[] {
  const uses = [...text.matchAll(/"type":"server_tool_use","id":"(\w+)"/g)].map(([, id = '']) => id)
  return uses.filter((id) => !text.includes(`"tool_use_id":"${id}"`))
}

function heardCalls({ calls }: Heard): Told['calls'] {
  return calls.map(({ name, input }) => ({ name, input: parseJson(input || '{}') }))
}

describe.each(['anthropic', 'openai-chat', 'openai-responses'] as const)('a %s stream', (dialect) => {
  it.each([...recorded[dialect].map((name) => [name, '\n'] as const), ['text', '\r\n'] as const])(
    'may break off at any byte: %s, lines ending in %j',
    async (name, ending) => {
      const wire = fixture(dialect, name)
      const bytes = Buffer.from(wire.replaceAll('\n', ending))
      const whole = tell(decodeText(dialect, wire))
      const local = again(whole)
      const problems: string[] = []
      let before: string | undefined
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        // In two network chunks, the first of which ends anywhere.
        const seam = Math.floor(cut / 2)
        const chunks = [bytes.subarray(0, seam), bytes.subarray(seam, cut)]
        const primary = { type: 'text/event-stream', chunks, breaks: cut % 2 === 1 }
        const { status, text } = await exchange(dialect, requests[dialect], primary, local)
        // Cuts within one frame come to the same; and a stream that was not cut is the provider's own.
        if (text === before || text === bytes.toString()) continue
        before = text
        try {
          const heard = strictClients[dialect](ended(dialect, text.replaceAll('\r\n', '\n')))
          const calls = heardCalls(heard)
          expect(unanswered(text)).toEqual([])
          expect(status).toBe(200)
          expect(heard.ending).not.toBe('failed')
          expect(heard.texts.join('')).toBe(whole.text)
          // A call that had not begun yet is made when the others have been answered.
          expect(calls).toEqual(whole.calls.slice(0, Math.max(calls.length, Math.min(1, whole.calls.length))))
        } catch (error) {
          problems.push(`cut at ${cut} of ${bytes.length}: ${String(error)}`)
        }
      }
      expect(problems.slice(0, 5)).toEqual([])
    },
  )
})
