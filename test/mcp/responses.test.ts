/** Responses requests with tools of type `mcp`, answered by a local model while the provider cannot. */
import { beforeEach, describe, expect, it } from 'vitest'
import { available, clients } from '../clients/clients.ts'
import { planted } from '../secrets.ts'
import { askedLocally, askWithServers, clear, useClient, useStage } from './stage.ts'

const stage = useStage('responses')
beforeEach(async () => {
  await clear(stage())
  await stage().provider.play({ mode: 'openai-overloaded' })
})

const docs = (more: object = {}): object => ({
  type: 'mcp',
  server_label: 'docs',
  server_url: stage().docs.url,
  authorization: planted.mcpToken,
  require_approval: 'never',
  ...more,
})
const mail = (): object => ({
  type: 'mcp',
  server_label: 'mail',
  server_url: stage().mail.url,
  headers: { 'X-Team': 'blue' },
  require_approval: 'never',
})
const calling = (name: string, input = { query: 'pizza' }) => ({ name, input })
const text = { type: 'message', content: [{ type: 'output_text', text: planted.localAnswer }] }

interface Event {
  type: string
  sequence_number: number
  output_index?: number
  item?: { type: string }
}

describe.each(clients.filter(({ name }) => /^openai-(\d|python)/.test(name)))('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  const client = useClient(definition)

  describe.each([false, true])('streams: %s', (streams) => {
    const ask = (extra: object, more: object = {}) =>
      askWithServers(client(), stage(), 'responses', extra, { streams, ...more })

    it('shows the list, the call with its output and the answer as the provider would, in one response', async () => {
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [calling('docs_search')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content, finish, usage, events } = await ask({ tools: [docs()] })
      expect(content).toMatchObject([
        {
          type: 'mcp_list_tools',
          server_label: 'docs',
          tools: [
            { name: 'search', description: 'Runs search.', annotations: { readOnlyHint: true } },
            { name: 'write', input_schema: { type: 'object', required: ['query'] } },
            { name: 'fail' },
          ],
        },
        {
          type: 'mcp_call',
          server_label: 'docs',
          name: 'search',
          arguments: '{"query":"pizza"}',
          status: 'completed',
          output: planted.mcpResult,
          error: null,
          approval_request_id: null,
        },
        text,
      ])
      expect(content.map(({ id }) => String(id).split('_')[0])).toEqual(['mcpl', 'mcp', 'msg'])
      expect(finish).toBe('completed')
      const prompts = (await stage().ollama.requests('/api/chat')).map(({ prompt }) => prompt?.tokens ?? 0)
      expect(usage).toMatchObject({ input_tokens: prompts.reduce((sum, tokens) => sum + tokens, 0) })
      if (!streams) return
      const told = events as Event[]
      expect(told.map(({ sequence_number }) => sequence_number)).toEqual(told.map((_, at) => at))
      const ofServers = told.filter(({ output_index = 2 }) => output_index < 2)
      expect(
        ofServers.map(({ type, item }) => [type.slice('response.'.length), item?.type].filter(Boolean).join(' ')),
      ).toEqual([
        'output_item.added mcp_list_tools',
        'mcp_list_tools.in_progress',
        'mcp_list_tools.completed',
        'output_item.done mcp_list_tools',
        'output_item.added mcp_call',
        'mcp_call.in_progress',
        'mcp_call_arguments.delta',
        'mcp_call_arguments.done',
        'mcp_call.completed',
        'output_item.done mcp_call',
      ])
    })

    it('keeps servers with tools of one name apart, and sends each what is meant for it', async () => {
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [calling('mail_search'), calling('docs_search')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content } = await ask({ tools: [docs(), mail()] })
      const calls = content.filter(({ type }) => type === 'mcp_call')
      expect(calls).toMatchObject([
        { server_label: 'mail', name: 'search', output: 'No mail about pizza.' },
        { server_label: 'docs', name: 'search', output: planted.mcpResult },
      ])
      expect(stage().mail.seen.every(({ headers }) => headers['x-team'] === 'blue')).toBe(true)
      expect(stage().mail.seen.some(({ headers }) => 'authorization' in headers)).toBe(false)
      const token = `Bearer ${planted.mcpToken}`
      expect(stage().docs.seen.every(({ headers }) => headers['authorization'] === token)).toBe(true)
    })

    it('tells failures of a tool and of a server, and the model goes on', async () => {
      const down = { ...docs(), server_label: 'down', server_url: `${stage().docs.origin}/nothing-here` }
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [calling('docs_fail')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content, events } = await ask({ tools: [docs(), down] })
      expect(content).toMatchObject([
        { type: 'mcp_list_tools', server_label: 'docs' },
        { type: 'mcp_list_tools', server_label: 'down', tools: [], error: 'The MCP server answered with status 404.' },
        {
          type: 'mcp_call',
          status: 'failed',
          output: null,
          error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: 'The shelf is empty.' }] },
        },
        text,
      ])
      const types = (events as Event[]).map(({ type }) => type)
      expect(types.includes('response.mcp_list_tools.failed')).toBe(streams)
      expect(types.includes('response.mcp_call.failed')).toBe(streams)
    })

    it('offers only the tools that the request allows, and calls no other', async () => {
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [calling('docs_write')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content } = await ask({ tools: [docs({ allowed_tools: { read_only: true } })] })
      const [first] = await askedLocally(stage())
      expect(first?.tools?.map((tool) => tool.function.name)).toEqual(['docs_search'])
      expect(content[1]).toMatchObject({ type: 'mcp_call', name: 'write', status: 'failed' })
      expect(stage().docs.ran()).toEqual([])
    })

    it('ends the response with a call of the app’s own function, behind what the servers did', async () => {
      await stage().ollama.play({ mode: 'ok', toolCalls: [calling('open'), calling('docs_search')] })
      const open = { type: 'function', name: 'open', parameters: { type: 'object', properties: {} }, strict: false }
      const { content } = await ask({ tools: [docs(), open] })
      expect(content.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_call', 'function_call'])
      expect(content[2]).toMatchObject({ name: 'open', arguments: '{"query":"pizza"}' })
    })

    it.each(['app', 'provider'] as const)(
      'asks before a call that needs it, and makes it with the word of the client; the %s has the conversation',
      async (keeps) => {
        const tools = [docs({ require_approval: { never: { tool_names: ['search'] } } })]
        await stage().ollama.play({ mode: 'ok', toolCalls: [calling('docs_search'), calling('docs_write')], times: 1 })
        const asked = await ask({ tools, store: keeps === 'provider' })
        expect(asked.content.slice(1)).toMatchObject([
          { type: 'mcp_call', name: 'search', status: 'completed' },
          { type: 'mcp_approval_request', name: 'write', server_label: 'docs', arguments: '{"query":"pizza"}' },
        ])
        expect(asked.finish).toBe('completed')
        expect(stage().docs.ran()).toMatchObject([{ name: 'search' }])

        const request = asked.content[2]
        const word = { type: 'mcp_approval_response', approval_request_id: request?.['id'], approve: true }
        const before = [{ role: 'user', content: planted.prompt }, ...asked.content]
        await stage().ollama.play({ mode: 'ok', text: planted.localAnswer })
        const held = keeps === 'app' ? {} : { previous_response_id: asked.answerId }
        const done = await ask({ tools, ...held }, { messages: keeps === 'app' ? [...before, word] : [word] })
        expect(done.content).toMatchObject([
          {
            type: 'mcp_call',
            name: 'write',
            output: 'Wrote pizza.',
            status: 'completed',
            approval_request_id: request?.['id'],
          },
          text,
        ])
        const last = (await askedLocally(stage())).at(-1)
        expect(last?.messages.at(-1)?.content).toBe('Wrote pizza.')
        expect(
          stage()
            .docs.ran()
            .map(({ name }) => name),
        ).toEqual(['search', 'write'])
      },
    )

    it('makes no call that the client does not allow, and tells the model so', async () => {
      const tools = [docs({ require_approval: 'always' })]
      await stage().ollama.play({ mode: 'ok', toolCalls: [calling('docs_write')], times: 1 })
      const { content } = await ask({ tools, store: false })
      const word = {
        type: 'mcp_approval_response',
        approval_request_id: content[1]?.['id'],
        approve: false,
        reason: 'Not now.',
      }
      await stage().ollama.play({ mode: 'ok', text: planted.localAnswer })
      const next = await ask({ tools }, { messages: [{ role: 'user', content: planted.prompt }, ...content, word] })
      expect(next.content).toMatchObject([text])
      const last = (await askedLocally(stage())).at(-1)
      expect(last?.messages.at(-1)?.content).toBe('Error: The user did not allow this call (Not now.).')
      expect(stage().docs.ran()).toEqual([])
    })
  })

  it('makes no more calls than the request allows in one response', async () => {
    await stage().ollama.play(
      { mode: 'ok', toolCalls: [calling('docs_search'), calling('docs_write')], times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const { content } = await askWithServers(client(), stage(), 'responses', { tools: [docs()], max_tool_calls: 1 })
    expect(content.filter(({ type }) => type === 'mcp_call')).toMatchObject([
      { name: 'search', status: 'completed' },
      { name: 'write', status: 'failed' },
    ])
    expect(stage().docs.ran()).toMatchObject([{ name: 'search' }])
    expect((await askedLocally(stage())).at(-1)?.tools).toBeUndefined()
  })
})
