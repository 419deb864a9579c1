/** Messages requests that name MCP servers (beta mcp-client), answered by a local model while the provider cannot. */
import { beforeEach, describe, expect, it } from 'vitest'
import { available, clients } from '../clients/clients.ts'
import { planted } from '../secrets.ts'
import { askedLocally, askWithServers, clear, useClient, useStage, type McpStage } from './stage.ts'

const stage = useStage('messages')
beforeEach(async () => {
  await clear(stage())
  await stage().provider.play({ mode: 'anthropic-overloaded' })
})

const betas = ['mcp-client-2025-11-20']

function serversOf({ docs, mail }: McpStage): object[] {
  return [
    { type: 'url', name: 'docs', url: docs.url, authorization_token: planted.mcpToken },
    { type: 'url', name: 'mail', url: mail.url },
  ]
}
const toolsets = [
  { type: 'mcp_toolset', mcp_server_name: 'docs' },
  { type: 'mcp_toolset', mcp_server_name: 'mail' },
]
const named = (): object => ({ betas, mcp_servers: serversOf(stage()), tools: toolsets })
const calling = (name: string, input = { query: 'pizza' }) => ({ name, input })
const said = { type: 'text', text: planted.localAnswer }

describe.each(clients.filter(({ name }) => name.startsWith('anthropic-')))('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  const client = useClient(definition)

  describe.each([false, true])('streams: %s', (streams) => {
    const ask = (extra: object = {}, more: object = {}) =>
      askWithServers(client(), stage(), 'messages', { ...named(), ...extra }, { streams, ...more })

    it('shows the call, its result and the answer as the provider would, in one message with the usage of all', async () => {
      await stage().ollama.play(
        { mode: 'ok', text: 'Let me see.', toolCalls: [calling('docs_search')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content, finish, usage, answerId, events } = await ask()
      const id = content[1]?.['id']
      expect(id).toMatch(/^mcptoolu_[a-zA-Z0-9]+$/)
      expect(content).toMatchObject([
        { type: 'text', text: 'Let me see.' },
        { type: 'mcp_tool_use', id, name: 'search', server_name: 'docs', input: { query: 'pizza' } },
        {
          type: 'mcp_tool_result',
          tool_use_id: id,
          is_error: false,
          content: [{ type: 'text', text: planted.mcpResult }],
        },
        said,
      ])
      expect({ finish, answerId }).toEqual({
        finish: 'end_turn',
        answerId: expect.stringMatching(/^trooper-fallback-/),
      })
      const prompts = (await stage().ollama.requests('/api/chat')).map(({ prompt }) => prompt?.tokens ?? 0)
      expect(usage).toMatchObject({ input_tokens: prompts.reduce((sum, tokens) => sum + tokens, 0) })
      const blocks = events.filter((event) => String(event).startsWith('content_block_start'))
      const order = ['text', 'mcp_tool_use', 'mcp_tool_result', 'text'].map((type) => `content_block_start ${type}`)
      expect(blocks).toEqual(streams ? order : [])
    })

    it('asks each server with its own credential, and the model with the tools of both', async () => {
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [calling('docs_search'), calling('mail_search')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content } = await ask()
      expect(content.map(({ type, server_name }) => server_name ?? type)).toEqual(
        streams
          ? ['docs', 'mail', 'mcp_tool_result', 'mcp_tool_result', 'text']
          : ['docs', 'mcp_tool_result', 'mail', 'mcp_tool_result', 'text'],
      )
      const { docs, mail } = stage()
      expect([docs.ran(), mail.ran()].flat()).toEqual([
        { name: 'search', arguments: { query: 'pizza' } },
        { name: 'search', arguments: { query: 'pizza' } },
      ])
      expect(new Set(docs.seen.map(({ headers }) => headers['authorization']))).toEqual(
        new Set([`Bearer ${planted.mcpToken}`]),
      )
      expect(mail.seen.some(({ headers }) => 'authorization' in headers || 'x-api-key' in headers)).toBe(false)
      const [first, second] = await askedLocally(stage())
      const names = first?.tools?.map((tool) => tool.function.name)
      expect(names).toEqual(['docs_search', 'docs_write', 'docs_fail', 'mail_search'])
      expect(second?.messages.slice(-2).map(({ content }) => content)).toEqual([
        planted.mcpResult,
        'No mail about pizza.',
      ])
    })

    it('ends the answer as usual where the model calls a tool of the app, behind what the servers did', async () => {
      await stage().ollama.play({ mode: 'ok', toolCalls: [calling('open'), calling('docs_write')] })
      const open = { name: 'open', input_schema: { type: 'object', properties: { query: { type: 'string' } } } }
      const { content, finish } = await ask({ tools: [open, ...toolsets] })
      expect(content).toMatchObject([
        { type: 'mcp_tool_use', name: 'write' },
        { type: 'mcp_tool_result', content: [{ type: 'text', text: 'Wrote pizza.' }] },
        { type: 'tool_use', name: 'open', input: { query: 'pizza' } },
      ])
      expect(finish).toBe('tool_use')
      expect(await askedLocally(stage())).toHaveLength(1)
    })

    it('tells failures of a tool, of a call and of a server, and the model goes on', async () => {
      const down = { type: 'url', name: 'down', url: `${stage().docs.origin}/nothing-here` }
      await stage().ollama.play(
        { mode: 'ok', toolCalls: [calling('docs_fail'), calling('docs_burn'), calling('down_search')], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const { content } = await ask({ mcp_servers: [...serversOf(stage()), down] })
      const results = content.filter(({ type }) => type === 'mcp_tool_result')
      expect(results).toMatchObject([
        { is_error: true, content: [{ text: 'The shelf is empty.' }] },
        { is_error: true, content: [{ text: "The server has no tool 'burn'." }] },
        { is_error: true, content: [{ text: "The server has no tool 'search'." }] },
      ])
      expect(content.at(-1)).toMatchObject(said)
      const [first, second] = await askedLocally(stage())
      expect(first?.messages.map((message) => message.content).join('\n')).toContain(
        "cannot be reached now, and their tools cannot be called: 'down'",
      )
      expect(second?.messages.at(-1)?.content).toBe("Error: The server has no tool 'search'.")
    })
  })

  it('lists the tools in a block of their own for a client that knows it, and asks no server again that has listed them', async () => {
    const listing = (extra: object, more: object = {}) =>
      askWithServers(client(), stage(), 'messages', { ...named(), betas: ['mcp-client-2026-09-15'], ...extra }, more)
    const { content } = await listing({})
    expect(content).toMatchObject([
      { type: 'mcp_tool_listing', mcp_server_name: 'docs', tools: [{ name: 'search' }, { name: 'write' }, {}] },
      { type: 'mcp_tool_listing', mcp_server_name: 'mail', tools: [{ name: 'search' }] },
      { type: 'text' },
    ])
    await clear(stage())
    await stage().provider.play({ mode: 'anthropic-overloaded' })
    await stage().ollama.play({ mode: 'ok', toolCalls: [calling('docs_write')], times: 1 })
    const question = { role: 'user', content: planted.question }
    const next = await listing({}, { messages: [question, { role: 'assistant', content }, question] })
    expect(next.content.map(({ type }) => type)).toEqual(['mcp_tool_use', 'mcp_tool_result', 'text'])
    const methods = stage().docs.seen.map(({ message }) => message?.['method'])
    expect(methods).toEqual(['server/discover', 'tools/call'])
    expect(stage().mail.seen).toEqual([])
  })

  it('runs calls that the model only says, and tells the log how many there were', async () => {
    const spoken = '<tool_call>\n{"name": "docs_search", "arguments": {"query": "pizza"}}\n</tool_call>\n'
    await stage().ollama.play(
      { mode: 'ok', text: spoken.repeat(3), times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const { content } = await askWithServers(client(), stage(), 'messages', named(), { streams: true })
    expect(content.filter(({ type }) => type === 'mcp_tool_result')).toHaveLength(3)
    expect(content.at(-1)).toMatchObject(said)
    await stage().trooper.process.line((text) => text.endsWith(': MCP servers ran 3 calls') || undefined)
  })

  it('keeps to the schema of the answer, and repairs it without calling anything again', async () => {
    const schema = { type: 'object', properties: { ready: { type: 'boolean' } }, required: ['ready'] }
    await stage().ollama.play(
      { mode: 'ok', toolCalls: [calling('docs_search')], times: 1 },
      { mode: 'ok', text: 'It is ready.', times: 1 },
      { mode: 'ok', text: '{"ready":true}' },
    )
    const format = { output_config: { format: { type: 'json_schema', schema } } }
    const { content } = await askWithServers(client(), stage(), 'messages', { ...named(), ...format })
    expect(content.at(-1)).toMatchObject({ type: 'text', text: '{"ready":true}' })
    expect(stage().docs.ran()).toHaveLength(1)
    expect(await askedLocally(stage())).toHaveLength(3)
  })
})
