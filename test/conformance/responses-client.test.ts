/** What only Responses clients have (providers.md 3.4, real-clients.md 5). */
import { describe, expect, it } from 'vitest'
import { clientDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import type { ChatRequest, FunctionTool } from '../../src/ir/request.ts'
import { strictClients } from './strict-clients.ts'
import { bodies, call, encode, finish, request, start } from './told.ts'

describe('a Responses client', () => {
  const tool = { type: 'function', name: 'run', inputSchema: { type: 'object' } } as const
  const asked: ChatRequest = {
    ...request,
    tools: [tool],
    echo: {
      instructions: 'Be brief.',
      parallel_tool_calls: false,
      tools: [{ type: 'function', name: 'run', parameters: { type: 'object' } }],
      metadata: { team: 'blue' },
    },
  }

  /** What a Codex-like client gets for one call, from the item's beginning to its end. */
  function callEvents(called: FunctionTool, json: string) {
    const events: StreamEvent[] = [
      start,
      { type: 'tool-call-start', index: 0, id: 'call_1', name: called.name },
      { type: 'tool-call-delta', index: 0, json: json.slice(0, 5) },
      { type: 'tool-call-delta', index: 0, json: json.slice(5) },
      { type: 'tool-call-end', index: 0 },
      finish,
    ]
    return bodies(encode('openai-responses', events, { ...request, tools: [called] })).slice(2)
  }

  it('is not told again the key that it gave for a server of tools', () => {
    const server = { type: 'mcp', server_label: 'wiki', server_url: 'https://wiki.example/mcp' }
    const tools = [{ ...server, authorization: 'secret', headers: { 'x-api-key': 'secret' } }, { type: 'web_search' }]
    const decoded = clientDialects['openai-responses'].decodeRequest({ model: 'm', input: 'Hi', tools })
    const told = bodies(encode('openai-responses', [start, finish], decoded))
    for (const event of [told[0], told.at(-1)])
      expect(event).toMatchObject({ response: { tools: [server, { type: 'web_search' }] } })
    expect(JSON.stringify(told)).not.toContain('secret')
  })

  it('gets the call of a custom tool as a custom tool call, its input as plain text', () => {
    const patch: FunctionTool = { type: 'function', name: 'apply_patch', inputSchema: {}, freeform: {} }
    const text = '*** Begin Patch\n"quoted"'
    const [added, delta, done, item, completed] = callEvents(patch, JSON.stringify({ input: text }))
    expect(added).toMatchObject({
      item: { type: 'custom_tool_call', name: 'apply_patch', input: '', id: expect.stringMatching(/^ctc_/) },
    })
    expect(delta).toMatchObject({ type: 'response.custom_tool_call_input.delta', delta: text })
    expect(done).toMatchObject({ type: 'response.custom_tool_call_input.done', input: text })
    expect(item).toMatchObject({
      item: { type: 'custom_tool_call', call_id: 'call_1', input: text, status: 'completed' },
    })
    expect(completed).toMatchObject({ response: { output: [{ type: 'custom_tool_call', input: text }] } })
  })

  it('gets the call of a tool in a namespace under both its names', () => {
    const namespace = { group: 'chat', name: 'send' }
    const items = callEvents({ type: 'function', name: 'chat__send', inputSchema: {}, namespace }, '{"a":12}')
    expect(items.at(-2)).toMatchObject({ item: { type: 'function_call', name: 'send', namespace: 'chat' } })
  })

  it('gets the call of its local shell as an action', () => {
    const builtIn = { dialect: 'openai-responses', kind: 'local_shell', value: { type: 'local_shell' } } as const
    const shell: FunctionTool = { type: 'function', name: 'local_shell', inputSchema: {}, builtIn }
    const items = callEvents(shell, '{"command":["ls","-l"]}')
    expect(items.map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.output_item.done',
      'response.completed',
    ])
    expect(items[1]).toMatchObject({
      item: { type: 'local_shell_call', action: { type: 'exec', command: ['ls', '-l'], env: {} } },
    })
  })

  it('gets the call of its own search for tools as what it is, with arguments that are no text', () => {
    const builtIn = { dialect: 'openai-responses', kind: 'tool_search', value: { type: 'tool_search' } } as const
    const search: FunctionTool = { type: 'function', name: 'tool_search', inputSchema: {}, builtIn }
    const items = callEvents(search, '{"query":"tickets"}')
    expect(items.map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.output_item.done',
      'response.completed',
    ])
    expect(items[1]).toMatchObject({
      item: { type: 'tool_search_call', call_id: 'call_1', execution: 'client', arguments: { query: 'tickets' } },
    })
  })

  it('that asked for a compaction gets exactly one item, in a stream and whole, which comes back as the summary', () => {
    const said: StreamEvent[] = [
      start,
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'We built ' },
      { type: 'text-delta', index: 0, text: 'it.' },
      { type: 'text-end', index: 0 },
      finish,
    ]
    const compaction: ChatRequest = { ...request, compaction: 'item' }
    const all = bodies(encode('openai-responses', said, compaction))
    const done = all.filter(({ type }) => type === 'response.output_item.done')
    expect(done).toHaveLength(1)
    expect(all.at(-1)).toMatchObject({ type: 'response.completed', response: { output: [done[0]?.['item']] } })
    expect(all.filter(({ type }) => type === 'response.in_progress').at(-1)).toMatchObject({ response: { output: [] } })
    const whole = clientDialects['openai-responses'].encodeResponse(
      { id: '', model: '', content: [{ type: 'text', text: 'We built it.' }], reason: 'stop', usage: {} },
      { id: 'resp_1', model: 'm', createdAtMs: 0 },
      compaction,
    )
    for (const output of [[done[0]?.['item']], whole['output']]) {
      const back = clientDialects['openai-responses'].decodeRequest(
        JSON.parse(JSON.stringify({ model: 'm', input: output })),
      )
      expect(JSON.stringify(back.messages)).toContain('We built it.')
    }
  })

  it('is told first of a response in progress with an empty output, which repeats what it asked for', () => {
    const [created, progress] = bodies(encode('openai-responses', [start, finish], asked))
    expect(created).toMatchObject({
      type: 'response.created',
      sequence_number: 0,
      response: {
        id: 'resp_trooper0123456789abcdef01234567',
        status: 'in_progress',
        output: [],
        usage: null,
        created_at: 1_741_290_958,
        instructions: 'Be brief.',
        parallel_tool_calls: false,
        tools: [{ type: 'function', name: 'run', parameters: { type: 'object' } }],
        metadata: { team: 'blue' },
      },
    })
    expect(progress).toMatchObject({ type: 'response.in_progress', sequence_number: 1 })
  })

  it('gets the documented order of events for a text', () => {
    const events: StreamEvent[] = [
      start,
      { type: 'text-start', index: 7 },
      { type: 'text-delta', index: 7, text: 'Hello' },
      { type: 'text-end', index: 7 },
      finish,
    ]
    expect(bodies(encode('openai-responses', events)).map((body) => body['type'])).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
  })

  it('gets an answer cut by its limit as incomplete, with all that was said and its usage', () => {
    const events: StreamEvent[] = [start, ...call(0, 'call_a'), { ...finish, reason: 'length' }]
    expect(bodies(encode('openai-responses', events)).at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ type: 'function_call', call_id: 'call_a', arguments: '{"n":0}' }],
        usage: {
          input_tokens: 130,
          input_tokens_details: { cached_tokens: 100, cache_write_tokens: 0 },
          output_tokens: 6,
          total_tokens: 136,
        },
      },
    })
  })

  it('gets an error in the stream of another under the number that comes next', () => {
    const { encodeFailureFrame } = clientDialects['openai-responses']
    const numberAfter = (data: string): unknown =>
      bodies(encodeFailureFrame({ kind: 'overloaded', message: 'busy' }, { data }))[0]?.['sequence_number']
    expect(numberAfter('{"type":"response.output_text.delta","sequence_number":41,"delta":"Hi"}')).toBe(42)
    expect(numberAfter('no JSON')).toBe(0)
  })

  it.each(['plain words', 'A "quote", a \\ and a 😀', '\uFDD0n5', '\uFDD0k7'])(
    'is told of every item at its end, and of all of them once more in the last event: %j',
    (text) => {
      const said: StreamEvent[] = [
        { type: 'reasoning-start', index: 0 },
        { type: 'reasoning-delta', index: 0, text },
        { type: 'reasoning-end', index: 0 },
        { type: 'text-start', index: 1 },
        { type: 'text-delta', index: 1, text },
        { type: 'text-end', index: 1 },
        { type: 'tool-call-start', index: 2, id: 'c', name: 'run' },
        { type: 'tool-call-delta', index: 2, json: JSON.stringify({ text }) },
        { type: 'tool-call-end', index: 2 },
      ]
      const events = bodies(encode('openai-responses', [start, ...said, finish]))
      const items = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item)
      expect(items).toMatchObject([
        { type: 'reasoning', summary: [{ text }] },
        { type: 'message', content: [{ text }] },
        { type: 'function_call', arguments: JSON.stringify({ text }) },
      ])
      expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { output: items } })
    },
  )

  it('gets no [DONE]', () => {
    expect(encode('openai-responses', [start, finish])).not.toContain('[DONE]')
  })

  it('gets call ids of at most 64 characters', () => {
    const heard = strictClients['openai-responses'](
      encode('openai-responses', [start, ...call(0, 'c'.repeat(116)), finish]),
    )
    expect(heard.calls).toHaveLength(1)
  })
})
