/** What only Messages and Chat clients have (providers.md 3.2, 3.3, real-clients.md 5). */
import { describe, expect, it } from 'vitest'
import { clientDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import { parseFrames } from './demand.ts'
import { strictClients } from './strict-clients.ts'
import { bodies, call, encode, encoder, finish, reasoning, request, start, type Wire } from './told.ts'

describe('a Messages client', () => {
  it.each([
    ['did not ask for reasoning', {}],
    ['asked for none', { reasoning: { effort: 'none' } }],
    ['asked not to be shown it', { reasoning: { effort: 'high', isHidden: true } }],
  ])('is not shown reasoning when it %s, only that the model is alive', (_name, asked) => {
    const { reasoning: _, ...unasked } = request
    const encodeEvent = clientDialects.anthropic.createEncoder(
      { id: 'trooper-fallback', model: 'qwen3', createdAtMs: 0 },
      { ...unasked, ...asked },
    )
    const events: StreamEvent[] = [
      { type: 'start', id: '', model: '' },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'hm' },
      { type: 'reasoning-end', index: 0 },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'Hi' },
      { type: 'text-end', index: 1 },
      { type: 'finish', reason: 'stop', usage: {} },
    ]
    const text = events.map(encodeEvent).join('')
    expect(text).toContain('event: ping')
    expect(text).not.toContain('thinking')
    expect(text).toContain('"index":0,"delta":{"type":"text_delta","text":"Hi"}')
  })

  it('gets usage at the start and at the end, the cache counted apart', () => {
    const usage = { inputTokens: 130, cacheReadTokens: 100, cacheWriteTokens: 5, outputTokens: 1 }
    const [first, ...rest] = bodies(encode('anthropic', [{ ...start, usage }, finish]))
    const counted = { input_tokens: 25, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 1 }
    expect(first).toMatchObject({ message: { usage: counted } })
    expect(rest[0]).toMatchObject({ usage: { input_tokens: 30, cache_read_input_tokens: 100, output_tokens: 6 } })
  })

  it('waits for a second block until the first one ends, and then gets all of it at once', () => {
    const write = encoder('anthropic')
    const [openA, deltaA, endA] = call(0, 'call_a')
    const [openB, deltaB, endB] = call(1, 'call_b')
    write(start)
    write(openA)
    expect([openB, deltaB, deltaA].map((event) => write(event))).toEqual(['', '', ''])
    const places = (events: string) => bodies(events).map((body) => [body['type'], body['index']])
    expect(places(write(endA))).toEqual([
      ['content_block_delta', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
    ])
    expect(places(write(endB))).toEqual([
      ['content_block_delta', 1],
      ['content_block_stop', 1],
    ])
  })

  it('is told of a failure while one block is open and another waits', () => {
    const failure: StreamEvent = { type: 'failure', failure: { kind: 'overloaded', message: 'busy' } }
    const [openA] = call(0, 'call_a')
    const heard = strictClients.anthropic(encode('anthropic', [start, openA, ...call(1, 'call_b'), failure]))
    expect(heard.ending).toBe('failed')
  })

  it('finds every field of a message that the SDK promises, empty where there is nothing to say', () => {
    const [first, last] = bodies(encode('anthropic', [start, finish]))
    const empty = { container: null, stop_details: null, stop_sequence: null }
    expect(first).toMatchObject({
      message: { ...empty, diagnostics: null, usage: { server_tool_use: null, speed: null } },
    })
    expect(last).toMatchObject({ delta: empty, usage: { output_tokens_details: null, server_tool_use: null } })
  })

  it('sees a stop sequence by its name', () => {
    const events: StreamEvent[] = [start, { type: 'finish', reason: 'stop', stopSequence: 'three', usage: {} }]
    expect(bodies(encode('anthropic', events))[1]).toMatchObject({
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'three' },
    })
  })

  it("gets Anthropic's own signature, and local reasoning without one", () => {
    const seal = { dialect: 'anthropic', kind: 'signature', value: 'EqQB' } as const
    const signed = bodies(encode('anthropic', [start, ...reasoning('Hm.', seal), finish]))
    expect(signed.map((body) => (body['delta'] as Wire | undefined)?.['type'])).toContain('signature_delta')
    const foreign = { dialect: 'openai-responses', kind: 'encrypted', value: 'gAAAA' } as const
    for (const events of [reasoning('Hm.'), reasoning('Hm.', foreign)]) {
      const text = encode('anthropic', [start, ...events, finish])
      expect(text).toContain('"thinking_delta"')
      expect(text).not.toMatch(/signature_delta|gAAAA/)
    }
  })

  it.each(['functions.Bash:0', '', 'call 7', 'Größe'])(
    'gets tool ids that Anthropic will take back, whatever the local model said: %j',
    (id) => {
      const heard = strictClients.anthropic(encode('anthropic', [start, ...call(0, id), finish]))
      expect(heard.calls).toHaveLength(1)
    },
  )
})

describe('a Chat client', () => {
  const hello: StreamEvent[] = [
    start,
    { type: 'text-start', index: 0 },
    { type: 'text-delta', index: 0, text: 'Hello' },
    { type: 'text-end', index: 0 },
    finish,
  ]

  it('gets a usage chunk only when it asked for one', () => {
    const [plain, asked] = [
      bodies(encode('openai-chat', hello)),
      bodies(encode('openai-chat', hello, { ...request, includeUsage: true })),
    ]
    expect(plain.filter((body) => 'usage' in body)).toEqual([])
    expect(plain.every((body) => (body['choices'] as Wire[]).length === 1)).toBe(true)
    expect(asked.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 130,
        completion_tokens: 6,
        total_tokens: 136,
        prompt_tokens_details: { cached_tokens: 100 },
      },
    })
    expect(asked.slice(0, -1).map((body) => body['usage'])).toEqual(asked.slice(1).map(() => null))
  })

  it('gets its role in the first chunk and [DONE] as the last frame', () => {
    const frames = parseFrames(encode('openai-chat', hello))
    expect(frames[0]?.data).toContain('"delta":{"role":"assistant","content":""}')
    expect(frames.at(-1)).toEqual({ data: '[DONE]' })
  })

  it('gets the same id, model and whole second in every chunk', () => {
    const all = bodies(encode('openai-chat', hello))
    const names = all.map(({ id, model, created, object }) => ({ id, model, created, object }))
    const name = {
      id: 'trooper-fallback-0123456789abcdef01234567',
      model: 'qwen2.5:3b',
      created: 1_741_290_958,
      object: 'chat.completion.chunk',
    }
    expect(names).toEqual(all.map(() => name))
  })

  it('gets reasoning apart from the text', () => {
    const heard = strictClients['openai-chat'](encode('openai-chat', [start, ...reasoning('Hm.'), finish]))
    expect(heard).toMatchObject({ texts: [''], reasoning: ['Hm.'] })
  })
})
