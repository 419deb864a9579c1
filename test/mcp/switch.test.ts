/** A conversation with MCP servers that changes between the provider and the local model: each takes what the other did. */
import { beforeEach, describe, expect, it } from 'vitest'
import { dialects } from '../e2e/trooper.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { askedLocally, clear, useStage, type McpStage } from './stage.ts'

const search = { name: 'docs_search', input: { query: 'pizza' } }
const user = (content: string): object => ({ role: 'user', content })

async function send(
  { trooper }: McpStage,
  dialect: 'anthropic' | 'openai-responses',
  body: object,
): Promise<Record<string, unknown>> {
  const { endpoint, headers } = dialects[dialect]
  const response = await fetch(trooper.url + endpoint, {
    method: 'POST',
    headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
    body: JSON.stringify({ model: 'gpt-5', ...body }),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

async function lastSent({ provider }: McpStage, path: string): Promise<Record<string, unknown>> {
  const sent = (await provider.requests(path)).at(-1)
  expect(sent?.rejected).toBeUndefined()
  return JSON.parse(sent?.bodyText ?? '{}') as Record<string, unknown>
}

describe('Messages', () => {
  const stage = useStage('messages')
  beforeEach(() => clear(stage()))
  const away: ProviderBehaviour = { mode: 'anthropic-overloaded', times: 1 }
  const body = (messages: object[], more: object = {}): object => ({
    model: 'claude-sonnet-4-5',
    max_tokens: 500,
    messages,
    mcp_servers: [{ type: 'url', name: 'docs', url: stage().docs.url }],
    tools: [{ type: 'mcp_toolset', mcp_server_name: 'docs' }],
    ...more,
  })

  it('goes back to the provider byte for byte, which takes the blocks', async () => {
    await stage().provider.play(away, { mode: 'ok', text: planted.cloudAnswer })
    await stage().ollama.play({ mode: 'ok', toolCalls: [search], times: 1 })
    const { content } = await send(stage(), 'anthropic', body([user(planted.prompt)]))
    expect(content).toMatchObject([{ type: 'mcp_tool_use' }, { type: 'mcp_tool_result' }, { type: 'text' }])
    const next = body([user(planted.prompt), { role: 'assistant', content }, user(planted.question)])
    const back = await send(stage(), 'anthropic', next)
    expect(back['content']).toMatchObject([{ text: planted.cloudAnswer }])
    expect(await lastSent(stage(), '/v1/messages')).toEqual(next)
  })

  it('reaches the local model as calls with results, in their order among what was said', async () => {
    await stage().provider.play(away)
    const use = (id: string, query: string): object => ({
      type: 'mcp_tool_use',
      id,
      name: 'search',
      server_name: 'docs',
      input: { query },
    })
    const result = (tool_use_id: string, content: unknown, is_error = false): object => ({
      type: 'mcp_tool_result',
      tool_use_id,
      is_error,
      content,
    })
    const content = [
      { type: 'text', text: 'First.' },
      use('mcptoolu_1', 'a'),
      result('mcptoolu_1', [{ type: 'text', text: 'A.' }]),
      use('mcptoolu_2', 'b'),
      result('mcptoolu_2', 'Not there.', true),
      { type: 'text', text: 'Done.' },
    ]
    await send(stage(), 'anthropic', body([user('Go.'), { role: 'assistant', content }, user('And?')]))
    const [asked] = await askedLocally(stage())
    const called = (query: string): object => ({ function: { name: 'docs_search', arguments: { query } } })
    expect(asked?.messages).toMatchObject([
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content: 'First.', tool_calls: [called('a')] },
      { role: 'tool', content: 'A.' },
      { role: 'assistant', content: '', tool_calls: [called('b')] },
      { role: 'tool', content: 'Error: Not there.' },
      { role: 'assistant', content: 'Done.' },
      { role: 'user', content: 'And?' },
    ])
  })

  it('that breaks off at the provider is gone on with by the local model, with the servers', async () => {
    await stage().provider.play({ mode: 'reset-midstream', text: 'Let me look that up', chunks: 3 })
    await stage().ollama.play(
      { mode: 'ok', text: ' for you.', toolCalls: [search], times: 1 },
      { mode: 'ok', text: 'It is in the oven.' },
    )
    const { endpoint, headers } = dialects.anthropic
    const response = await fetch(stage().trooper.url + endpoint, {
      method: 'POST',
      headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
      body: JSON.stringify(body([user(planted.prompt)], { stream: true })),
    })
    const told = (await response.text())
      .split('\n')
      .flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []))
    const blocks = told.filter(({ type }) => type === 'content_block_start')
    expect(blocks.map(({ index, content_block }) => [index, content_block.type])).toEqual([
      [0, 'text'],
      [1, 'mcp_tool_use'],
      [2, 'mcp_tool_result'],
      [3, 'text'],
    ])
    const stops = told.filter(({ type }) => type === 'content_block_stop').map(({ index }) => index)
    expect(stops).toEqual([0, 1, 2, 3])
    expect(told.at(-1)).toEqual({ type: 'message_stop' })
    expect(stage().docs.ran()).toHaveLength(1)
  })
})

describe('Responses', () => {
  const stage = useStage('responses')
  beforeEach(() => clear(stage()))
  const away: ProviderBehaviour = { mode: 'openai-overloaded', times: 1 }
  const docs = (more: object = {}): object => ({
    type: 'mcp',
    server_label: 'docs',
    server_url: stage().docs.url,
    require_approval: 'never',
    ...more,
  })
  const ask = (input: object[], more: object = {}) =>
    send(stage(), 'openai-responses', { input, tools: [docs()], ...more })
  const outputOf = ({ output }: Record<string, unknown>): Record<string, unknown>[] =>
    output as Record<string, unknown>[]
  const typesIn = ({ input }: Record<string, unknown>): unknown[] =>
    (input as Record<string, unknown>[]).map(({ type, role }) => type ?? role)

  it.each(['app', 'provider'] as const)(
    'goes back to the provider as calls with outputs, which it takes from anybody; the %s has the conversation',
    async (keeps) => {
      await stage().provider.play(away, { mode: 'ok', text: planted.cloudAnswer })
      await stage().ollama.play({ mode: 'ok', toolCalls: [search], times: 1 })
      const first = await ask([user(planted.prompt)], { store: keeps === 'provider' })
      const output = outputOf(first)
      expect(output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_call', 'message'])
      const back =
        keeps === 'app'
          ? await ask([user(planted.prompt), ...output, user(planted.question)])
          : await ask([user(planted.question)], { previous_response_id: first['id'] })
      expect(outputOf(back)).toMatchObject([{ content: [{ text: planted.cloudAnswer }] }])
      const sent = await lastSent(stage(), '/v1/responses')
      expect(typesIn(sent)).toEqual(['user', 'function_call', 'function_call_output', 'message', 'user'])
      expect(sent['input']).toMatchObject([
        {},
        { name: 'docs_search', arguments: '{"query":"pizza"}' },
        { output: planted.mcpResult },
        {},
        {},
      ])
    },
  )

  const asking = (): object => docs({ require_approval: 'always' })
  const word = (request: Record<string, unknown> | undefined, approve: boolean): object => ({
    type: 'mcp_approval_response',
    approval_request_id: request?.['id'],
    approve,
  })

  it('stays with the local model for a call that it wanted the client’s word for, and goes back with what came of it', async () => {
    await stage().provider.play(away, { mode: 'ok', text: planted.cloudAnswer })
    await stage().ollama.play({ mode: 'ok', toolCalls: [search], times: 1 }, { mode: 'ok', text: planted.localAnswer })
    const asked = [user(planted.prompt), ...outputOf(await ask([user(planted.prompt)], { tools: [asking()] }))]
    const allowed = [...asked, word(asked.at(-1) as Record<string, unknown>, true)]
    const output = outputOf(await ask(allowed, { tools: [asking()] }))
    expect(output).toMatchObject([{ type: 'mcp_call', output: planted.mcpResult }, { type: 'message' }])
    expect(await stage().provider.requests('/v1/responses')).toHaveLength(1)
    const back = await ask([...allowed, ...output, user(planted.question)], { tools: [asking()] })
    expect(outputOf(back)).toMatchObject([{ content: [{ text: planted.cloudAnswer }] }])
    const sent = await lastSent(stage(), '/v1/responses')
    expect(typesIn(sent)).toEqual(['user', 'function_call', 'function_call_output', 'message', 'user'])
  })

  it('tells the provider in words that the client did not allow a call that it knows nothing of', async () => {
    await stage().provider.play(away, { mode: 'ok', text: planted.cloudAnswer })
    await stage().ollama.play({ mode: 'ok', toolCalls: [search], times: 1 })
    const first = await ask([user(planted.prompt)], { tools: [asking()] })
    const request = outputOf(first).at(-1)
    expect(request).toMatchObject({ type: 'mcp_approval_request' })
    await ask([word(request, false)], { tools: [asking()], previous_response_id: first['id'] })
    const sent = await lastSent(stage(), '/v1/responses')
    const text = `I do not allow the call of 'search' at 'docs' with {"query":"pizza"}.`
    expect(sent['input']).toMatchObject([{}, { role: 'user', content: [{ type: 'input_text', text }] }])
    expect(stage().docs.ran()).toEqual([])
  })

  it('reaches the local model as calls with results, with what the client said of them', async () => {
    // Before it looks at ids that it did not give out.
    await stage().provider.play({ mode: 'reset' })
    const item = (type: string, more: object): object => ({ type, server_label: 'docs', name: 'write', ...more })
    await ask([
      user('Go.'),
      { type: 'mcp_list_tools', id: 'mcpl_1', server_label: 'docs', tools: [{ name: 'search', input_schema: {} }] },
      item('mcp_call', { id: 'mcp_1', arguments: '{"query":"a"}', output: 'A.', error: null }),
      item('mcp_approval_request', { id: 'mcpr_1', arguments: '{"query":"b"}' }),
      { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: false },
      item('mcp_call', {
        id: 'mcp_2',
        arguments: '{"query":"c"}',
        output: null,
        error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: 'Not there.' }] },
      }),
      user('And?'),
    ])
    const [asked] = await askedLocally(stage())
    const called = (query: string): object => ({ function: { name: 'docs_write', arguments: { query } } })
    expect(asked?.messages).toMatchObject([
      { role: 'user', content: 'Go.' },
      { role: 'assistant', tool_calls: [called('a')] },
      { role: 'tool', content: 'A.' },
      { role: 'assistant', tool_calls: [called('b')] },
      { role: 'tool', content: 'Error: The user did not allow this call.' },
      { role: 'assistant', tool_calls: [called('c')] },
      { role: 'tool', content: 'Error: Not there.' },
      { role: 'user', content: 'And?' },
    ])
    // The list that the provider had is the one that counts.
    expect(asked?.tools?.map((tool) => tool.function.name)).toEqual(['docs_search'])
    expect(stage().docs.seen).toEqual([])
  })
})
