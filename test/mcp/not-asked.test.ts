/** Servers that nobody allowed are not asked, whatever a request says; what a request holds of them still reaches the model. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dialects, startStage, type Stage } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { saying, startMcpServer, type TestServer } from './server.ts'

let docs: TestServer
let other: TestServer
const stages = new Map<string, Stage>()

beforeAll(async () => {
  ;[docs, other] = (await Promise.all(
    [0, 1].map(() => startMcpServer([{ name: 'search', answer: () => saying(planted.mcpResult) }])),
  )) as [TestServer, TestServer]
  await Promise.all(
    ['', `${other.origin}, ${docs.url}/inner`].map(async (allowed) => {
      stages.set(allowed === '' ? 'nothing' : 'others', await startStage('/v1/messages', { MCP_SERVERS: allowed }))
    }),
  )
})
afterAll(() => Promise.all([...[...stages.values()].map((stage) => stage.stop()), docs.stop(), other.stop()]))

describe.each(['nothing', 'others'])('where %s is allowed', (allowed) => {
  let stage: Stage
  beforeEach(async () => {
    stage = stages.get(allowed)!
    await Promise.all([stage.provider.reset(), stage.ollama.reset()])
    await stage.provider.play({ mode: 'anthropic-overloaded' })
  })

  it('a server that a request names hears nothing, and the answer comes without it', async () => {
    const { endpoint, headers } = dialects.anthropic
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    const response = await fetch(stage.trooper.url + endpoint, {
      method: 'POST',
      headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
      body: JSON.stringify({
        model: 'claude-sonnet-4-5',
        max_tokens: 500,
        messages: [{ role: 'user', content: planted.prompt }],
        mcp_servers: [{ type: 'url', name: 'docs', url: docs.url, authorization_token: planted.mcpToken }],
        tools: [{ type: 'mcp_toolset', mcp_server_name: 'docs' }],
      }),
    })
    expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: planted.localAnswer }] })
    expect([docs.seen, other.seen]).toEqual([[], []])
    const asked = await stage.ollama.requests('/api/chat')
    expect(JSON.parse(asked.at(-1)?.bodyText ?? '{}')).not.toHaveProperty('tools')
    const hint = await stage.trooper.process.line((line) => /MCP servers that MCP_SERVERS.*?[;(]/.exec(line)?.[0])
    expect(hint).toContain('MCP servers that MCP_SERVERS does not name are not asked')
  })
})
