/** What a tool of an MCP server shows: a model that can see is shown it, another is told what was there. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dialects, startStage, type Stage } from '../e2e/trooper.ts'
import { png } from '../fixtures/images.ts'
import { planted } from '../secrets.ts'
import { startMcpServer, type TestServer } from './server.ts'

let camera: TestServer
let stage: Stage
beforeAll(async () => {
  camera = await startMcpServer([
    {
      name: 'look',
      answer: () => ({
        content: [
          { type: 'text', text: 'The oven:' },
          { type: 'image', data: png, mimeType: 'image/png' },
        ],
      }),
    },
  ])
})
afterAll(() => camera.stop())

async function look(): Promise<{ message: unknown; omitted: string | null }> {
  const { endpoint, headers } = dialects.anthropic
  const response = await fetch(stage.trooper.url + endpoint, {
    method: 'POST',
    headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
    body: JSON.stringify({
      model: 'claude-sonnet-4-5',
      max_tokens: 500,
      messages: [{ role: 'user', content: planted.prompt }],
      mcp_servers: [{ type: 'url', name: 'camera', url: camera.url }],
      tools: [{ type: 'mcp_toolset', mcp_server_name: 'camera' }],
    }),
  })
  return { message: await response.json(), omitted: response.headers.get('x-trooper-omitted') }
}

describe.each([
  ['qwen3-vl:8b', { content: 'The oven:', images: [png] }, null],
  ['qwen2.5:3b', { content: 'The oven:\n\n[image/png was here, but this model cannot be shown it]' }, '1 image/png'],
])('%s', (model, told, left) => {
  beforeAll(async () => {
    stage = await startStage('/v1/messages', { MCP_SERVERS: camera.origin, FALLBACK_MODEL: model })
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.provider.play({ mode: 'anthropic-overloaded' }))

  it('is given the result as it can take it, and the client in texts', async () => {
    await stage.ollama.play({ mode: 'ok', toolCalls: [{ name: 'camera_look', input: { query: 'oven' } }], times: 1 })
    const { message, omitted } = await look()
    const asked = (await stage.ollama.requests('/api/chat')).at(-1)
    const last = JSON.parse(asked?.bodyText ?? '{}').messages.at(-1)
    expect(last).toMatchObject({ role: 'tool', ...told })
    expect('images' in last).toBe('images' in told)
    expect(omitted).toBe(left)
    expect(message).toMatchObject({
      content: [
        { type: 'mcp_tool_use' },
        {
          content: [
            { type: 'text', text: 'The oven:' },
            { type: 'text', text: '[image/png]' },
          ],
        },
        { type: 'text' },
      ],
    })
  })
})
