/** What a package would print by itself: it has a server's own words in it, and stands between the lines of the log. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dialects, startStage, type Stage } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { saying, startMcpServer, type TestServer } from './server.ts'

let server: TestServer
let stage: Stage
beforeAll(async () => {
  const answer = () => saying(planted.mcpResult)
  server = await startMcpServer([
    { name: 'search', answer },
    { name: 'no-header', header: 'not a header', answer },
  ])
  stage = await startStage('/v1/messages', { MCP_SERVERS: server.origin, LOG_FORMAT: 'json' })
})
afterAll(() => Promise.all([stage.stop(), server.stop()]))

it('is not printed: a tool that a client has to leave out is left out without a word', async () => {
  const { endpoint, headers } = dialects.anthropic
  await stage.provider.play({ mode: 'anthropic-overloaded' })
  await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  const response = await fetch(stage.trooper.url + endpoint, {
    method: 'POST',
    headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
    body: JSON.stringify({
      model: 'claude-sonnet-4-5',
      max_tokens: 500,
      messages: [{ role: 'user', content: planted.prompt }],
      mcp_servers: [{ type: 'url', name: 'docs', url: server.url }],
      tools: [{ type: 'mcp_toolset', mcp_server_name: 'docs' }],
    }),
  })
  expect(response.status).toBe(200)
  const [asked] = await stage.ollama.requests('/api/chat')
  expect(asked?.bodyText).toContain('docs_search')
  expect(asked?.bodyText).not.toContain('no-header')
  const { stdout, stderr } = stage.trooper.process
  expect(stderr).toBe('')
  for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('message')
})
