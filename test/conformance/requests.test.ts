import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadRequest } from '../../src/dialects/dialect.ts'
import { compactionItem } from '../../src/dialects/openai-responses/compaction.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import type { JsonObject, JsonValue } from '../../src/ir/json.ts'
import type { ChatRequest } from '../../src/ir/request.ts'
import { requestFixture, requests } from './requests.ts'
import type { SseClientName } from './demand.ts'

/** Ollama's wire holds less; what it holds comes back in ollama-client.test.ts. */
const dialects: SseClientName[] = ['anthropic', 'openai-chat', 'openai-responses']

function encode(dialect: SseClientName, request: ChatRequest, warnings: string[] = []): JsonObject {
  return targetDialects[dialect].encodeRequest(request, (what) => warnings.push(what))
}

/** Through text, as on the wire. */
function throughWire(dialect: SseClientName, request: ChatRequest): ChatRequest {
  return clientDialects[dialect].decodeRequest(JSON.parse(JSON.stringify(encode(dialect, request))) as JsonValue)
}

/** What the wire of the dialect can hold of a request; the rest is not asked of it. */
function heldBy(dialect: SseClientName, request: ChatRequest): ChatRequest {
  const held = { ...request, extras: {} }
  // `stream_options` is Trooper's own wish towards a target.
  delete held.includeUsage
  // What an answer repeats is not part of the conversation.
  delete held.echo
  // The Messages format has neither a name nor a strict mark.
  if (dialect === 'anthropic' && held.output.type === 'json' && held.output.schema)
    held.output = { type: 'json', schema: held.output.schema }
  return held
}

describe.each(dialects)('a request in the dialect %s', (dialect) => {
  const decode = clientDialects[dialect].decodeRequest

  it('keeps everything on its way through the wire', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(heldBy(dialect, throughWire(dialect, request))).toEqual(heldBy(dialect, request))
      }),
    )
  })

  it('is encoded without a loss to report', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const warnings: string[] = []
        encode(dialect, request, warnings)
        expect(warnings).toEqual([])
      }),
    )
  })

  it('is not changed by being encoded', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const copy = structuredClone(request)
        encode(dialect, request)
        expect(request).toEqual(copy)
      }),
    )
  })

  it('carries fields that nobody knows, in its own dialect only', () => {
    const [request] = fc.sample(requests, 1)
    if (!request) throw new Error('no sample')
    const wire = { ...encode(dialect, request), x_future: { a: [1] } }
    const decoded = decode(wire)
    expect(decoded.extras[dialect]).toMatchObject({ x_future: { a: [1] } })
    for (const other of dialects) expect('x_future' in encode(other, decoded)).toBe(other === dialect)
  })

  it.each<[string, JsonValue | undefined, string]>([
    ['nothing', undefined, 'body'],
    ['a list', [], 'body'],
    ['a text', 'hello', 'body'],
    ['no model', { messages: [], input: [] }, 'model'],
    ['a model that is no text', { model: 7, messages: [], input: [] }, 'model'],
    ['no messages', { model: 'm' }, dialect === 'openai-responses' ? 'input' : 'messages'],
    [
      'messages that are no list',
      { model: 'm', messages: {}, input: {} },
      dialect === 'openai-responses' ? 'input' : 'messages',
    ],
  ])('is refused with the path of the fault: %s', (_what, body, path) => {
    expect(() => decode(body)).toThrow(BadRequest)
    expect(() => decode(body)).toThrow(expect.objectContaining({ path }))
  })

  it('with a role that does not exist is refused with its place', () => {
    const good = { role: 'user', content: 'hi' }
    const list = [good, { role: 'narrator', content: 'hi' }]
    const path = {
      anthropic: 'messages.1.role',
      'openai-chat': 'messages[1].role',
      'openai-responses': 'input[1].role',
    }
    expect(() => decode({ model: 'm', messages: list, input: list })).toThrow(
      expect.objectContaining({ path: path[dialect] }),
    )
  })

  it('never fails in another way than by a BadRequest, whatever the body is', () => {
    const values = fc.jsonValue({ maxDepth: 4 })
    const bodies = fc.oneof(
      values,
      fc.record({
        model: fc.constant('m'),
        messages: fc.array(values),
        input: fc.array(values),
        tools: values,
        system: values,
      }),
    )
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          decode(body as JsonValue)
        } catch (error) {
          expect(error).toBeInstanceOf(BadRequest)
        }
      }),
    )
  })

  it('without `stream` is not streamed', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], input: 'hi' }
    expect(decode(body).stream).toBe(false)
    expect(decode({ ...body, stream: false }).stream).toBe(false)
    expect(decode({ ...body, stream: true }).stream).toBe(true)
  })
})

describe('a request of Claude Code', () => {
  const decoded = clientDialects.anthropic.decodeRequest(requestFixture('anthropic', 'claude-code-request'))

  it('is understood: system messages in every position, tools, limits, effort', () => {
    expect(decoded).toMatchObject({
      model: 'claude-opus-5-5',
      stream: true,
      sampling: { maxOutputTokens: 128_000 },
      reasoning: { effort: 'medium' },
      userId: '{"device_id":"d","account_uuid":"","session_id":"s"}',
    })
    expect(decoded.messages.map(({ role }) => role)).toEqual(['system', 'user', 'system'])
    // A deferred tool is not shown to the model until something refers to it.
    expect(decoded.tools).toMatchObject([{ type: 'function', name: 'Bash' }])
    expect(decoded.extras.anthropic).toMatchObject({ context_management: { edits: [{ keep: 'all' }] } })
  })

  it("loses only its accounting line, which changes with every request and is nobody's instruction", () => {
    const all = JSON.stringify(decoded.messages)
    for (const text of ['You are an agent.', 'Long instructions.', 'A made-up machine.', 'say hi'])
      expect(all).toContain(text)
    expect(all).not.toContain('x-anthropic-billing-header')
  })

  it('keeps its cache marks', () => {
    expect(JSON.stringify(decoded.messages[0])).toContain('"cache":{"type":"ephemeral"}')
  })

  it('in a tool loop is understood: call, result, the words behind it, a late system message', () => {
    const { messages } = clientDialects.anthropic.decodeRequest(requestFixture('anthropic', 'claude-code-follow-up'))
    expect(messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'system',
      'assistant',
      'tool',
      'user',
      'system',
    ])
    expect(messages[3]).toMatchObject({
      content: [
        { type: 'reasoning', seal: { dialect: 'anthropic', kind: 'signature', value: 'EqQBCgIY' } },
        {
          type: 'tool-call',
          id: 'toolu_made_up01',
          name: 'Bash',
          input: '{"command":"echo probe","description":"Echo"}',
        },
      ],
    })
    expect(messages[4]).toMatchObject({
      content: [{ callId: 'toolu_made_up01', content: [{ text: 'probe' }], isError: false }],
    })
  })
})

describe('a request of Codex', () => {
  it('is understood: developer messages, function tools; foreign tools are carried', () => {
    const decoded = clientDialects['openai-responses'].decodeRequest(
      requestFixture('openai-responses', 'codex-request'),
    )
    expect(decoded.messages.map(({ role }) => role)).toEqual(['system', 'system', 'user', 'user'])
    expect(decoded.tools.map((tool) => (tool.type === 'function' ? tool.name : tool.kind))).toEqual([
      'exec_command',
      'write_stdin',
      'spawn_agent',
      'apply_patch',
      'web_search',
    ])
    expect(decoded.tools).toMatchObject([
      {},
      {},
      { namespace: { group: 'multi_agent_v1', name: 'spawn_agent' } },
      {
        description: expect.stringContaining('start: /x/'),
        freeform: { format: { type: 'grammar', syntax: 'lark', definition: 'start: /x/' } },
      },
      {},
    ])
    expect(decoded).toMatchObject({ parallelToolCalls: true, toolChoice: { type: 'auto' } })
    expect(decoded.extras['openai-responses']).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
  })

  it('with the built-in provider is understood too, tools in an item of their own', () => {
    const decoded = clientDialects['openai-responses'].decodeRequest(
      requestFixture('openai-responses', 'codex-built-in-request'),
    )
    const all = JSON.stringify(decoded.messages)
    for (const words of ['You are a coding agent.', 'Ask before you write.', 'say hi']) expect(all).toContain(words)
    expect(decoded.tools).toMatchObject([{ name: 'exec', freeform: {} }, { name: 'wait' }])
    expect(decoded.reasoning).toEqual({ effort: 'low' })
  })

  it('that wants the conversation made short becomes a question for a summary, without tools', () => {
    const input = [{ role: 'user', content: 'Build it.' }, { type: 'compaction_trigger' }]
    const tools = [{ type: 'function', name: 'run', parameters: {} }]
    const decoded = clientDialects['openai-responses'].decodeRequest({ model: 'm', input, tools })
    expect(decoded).toMatchObject({ compaction: 'item', tools: [] })
    expect(decoded.messages.map(({ role }) => role)).toEqual(['user', 'user'])
    expect(JSON.stringify(decoded.messages[1])).toContain('summary')
  })

  it('tells a summary that Trooper made to the model, and keeps that of a provider sealed', () => {
    const input = [compactionItem('cmp_1', 'Größe: 3'), { type: 'compaction', encrypted_content: 'gAAAA' }]
    const { messages } = clientDialects['openai-responses'].decodeRequest({ model: 'm', input })
    expect(JSON.stringify(messages[0])).toContain('Größe: 3')
    expect(messages[1]).toMatchObject({ role: 'assistant', content: [{ type: 'opaque', kind: 'compaction' }] })
  })

  it('with tools of one name in two namespaces keeps them apart, also in its history', () => {
    const tool = { type: 'function', name: 'send', parameters: {} }
    const { tools, messages } = clientDialects['openai-responses'].decodeRequest({
      model: 'm',
      tools: [
        { type: 'namespace', name: 'mail', tools: [tool] },
        { type: 'namespace', name: 'chat', tools: [tool, { ...tool, name: 'read' }] },
      ],
      input: [
        { type: 'function_call', call_id: 'c1', name: 'send', namespace: 'chat', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'patch', input: 'a "b"' },
        { type: 'local_shell_call', call_id: 'c3', action: { type: 'exec', command: ['ls'], env: {} } },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'done' }] },
      ],
    })
    expect(tools).toMatchObject([{ name: 'mail__send' }, { name: 'chat__send' }, { name: 'read' }])
    expect(messages).toMatchObject([
      {
        role: 'assistant',
        content: [
          { name: 'chat__send' },
          { name: 'patch', input: '{"input":"a \\"b\\""}', freeform: true },
          { name: 'local_shell', input: '{"command":["ls"],"env":{}}' },
        ],
      },
      { role: 'tool', content: [{ callId: 'c2', freeform: true, content: [{ text: 'done' }] }] },
    ])
  })

  it('that had its client look for tools says what was found, and has it back as it was where it came from', () => {
    const found = { type: 'function', name: 'send', description: 'Sends.', parameters: {} }
    const items: JsonObject[] = [
      {
        type: 'tool_search_call',
        call_id: 'c1',
        status: 'completed',
        execution: 'client',
        arguments: { query: 'mail' },
      },
      {
        type: 'tool_search_output',
        call_id: 'c1',
        status: 'completed',
        execution: 'client',
        tools: [{ type: 'namespace', name: 'mail', description: 'Mail.', tools: [found] }],
      },
    ]
    const parameters = { type: 'object', properties: { query: { type: 'string' } } }
    const search = { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters }
    const request = clientDialects['openai-responses'].decodeRequest({
      model: 'm',
      tools: [search],
      input: items.map((item, at) => ({ ...item, id: `tsc_${at}` })),
    })
    expect(request.tools).toMatchObject([
      { name: 'tool_search', description: 'Finds tools.', inputSchema: parameters },
      { name: 'send', namespace: { group: 'mail' } },
    ])
    expect(request.messages).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool-call', id: 'c1', name: 'tool_search', input: '{"query":"mail"}' }] },
      { role: 'tool', content: [{ callId: 'c1', content: [{ text: 'These can be called now:\n- send: Sends.' }] }] },
    ])
    expect(targetDialects['openai-responses'].encodeRequest(request, () => {})).toMatchObject({ input: items })
  })

  it('leaves what the provider itself looks for to the provider', () => {
    const { tools, messages } = clientDialects['openai-responses'].decodeRequest({
      model: 'm',
      tools: [{ type: 'tool_search' }],
      input: [{ type: 'tool_search_call', id: 'tsc_1', call_id: null, execution: 'server', arguments: {} }],
    })
    expect(tools).toMatchObject([{ type: 'opaque', kind: 'tool_search' }])
    expect(messages).toMatchObject([{ content: [{ type: 'opaque', kind: 'tool_search_call' }] }])
  })

  it.each(['previous_response_id', 'conversation'])(
    'whose history is on the server is refused by name: %s',
    (field) => {
      const body = { model: 'm', input: 'go on', [field]: 'resp_1' }
      expect(() => clientDialects['openai-responses'].decodeRequest(body)).toThrow(
        expect.objectContaining({ path: field }),
      )
    },
  )
})
