/** While a tool of an MCP server works, the local model is free for others; whoever comes back goes on before those who have not begun. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dialects, startStage, textOf, type Stage } from '../e2e/trooper.ts'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { saying, startMcpServer, type TestServer } from './server.ts'

/** The tool that is waited for, until it is told to end. */
let endTool: () => void
let tools: TestServer
let stage: Stage
beforeEach(async () => {
  const ended = new Promise<void>((resolve) => {
    endTool = resolve
  })
  const answer = async (query: string) => ended.then(() => saying(`Built ${query}.`))
  tools = await startMcpServer([{ name: 'build', answer }])
  stage = await startStage('/v1/messages', { MCP_SERVERS: tools.origin, LOCAL_CONCURRENCY: '1', WARM: 'never' })
  await stage.provider.play({ mode: 'anthropic-credit' })
})
afterEach(async () => {
  endTool()
  await Promise.all([stage.stop(), tools.stop()])
})

function ask(client: string, more: object = {}): Promise<Response> {
  const { endpoint, headers, body } = dialects.anthropic
  return fetch(stage.trooper.url + endpoint, {
    method: 'POST',
    headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20', 'x-claude-code-session-id': client },
    body: JSON.stringify({ ...body(client, true), ...more }),
  })
}

const withTools = (): object => ({
  mcp_servers: [{ type: 'url', name: 'tools', url: tools.url }],
  tools: [{ type: 'mcp_toolset', mcp_server_name: 'tools' }],
})
const building: OllamaBehaviour = { mode: 'ok', toolCalls: [{ name: 'tools_build', input: { query: 'it' } }], times: 1 }
const called = () => tools.saw(({ message }) => message?.['method'] === 'tools/call')
const askedFor = async (): Promise<string[]> =>
  (await stage.ollama.requests('/api/chat')).map(({ bodyText }) => {
    const { messages } = JSON.parse(bodyText) as { messages: { role: string; content: string }[] }
    return messages.findLast(({ role }) => role === 'user')?.content ?? ''
  })

describe('a tool that takes long', () => {
  it('does not keep the local model from others', async () => {
    await stage.ollama.play(building, { mode: 'ok', text: planted.localAnswer })
    const first = ask('first', withTools())
    await called()
    expect(textOf(await (await ask('second')).text())).toBe(planted.localAnswer)
    endTool()
    expect(textOf(await (await first).text())).toBe(planted.localAnswer)
    expect(await askedFor()).toEqual(['first', 'second', 'first'])
  })

  it('lets its answer go on before those who came later', async () => {
    await stage.ollama.play(
      building,
      { mode: 'ok', text: 'One two.', holdAfter: 1, about: 'second', times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    const { process } = stage.trooper
    const first = ask('first', withTools())
    await called()
    const second = ask('second')
    await stage.ollama.journalWhen(({ requests }) => requests.some(({ bodyText }) => bodyText.includes('second')))
    const third = ask('third')
    const waiting = (count: number) =>
      process.line(() => process.stdout.split('waiting in its queue, at place 1').length > count || undefined)
    await waiting(1)
    endTool()
    await waiting(2)
    await stage.ollama.release()
    await Promise.all([first, second, third].map(async (answer) => (await answer).text()))
    expect(await askedFor()).toEqual(['first', 'second', 'first', 'third'])
  })

  it('is forgotten with a client that leaves, and nobody waits for it', async () => {
    await stage.ollama.play(building, { mode: 'ok', text: planted.localAnswer })
    const leaving = new AbortController()
    const { endpoint, headers, body } = dialects.anthropic
    const left = fetch(stage.trooper.url + endpoint, {
      method: 'POST',
      headers: { ...headers, 'anthropic-beta': 'mcp-client-2025-11-20' },
      body: JSON.stringify({ ...body('first', false), ...withTools() }),
      signal: leaving.signal,
    }).catch(() => 'left')
    await called()
    leaving.abort()
    expect(await left).toBe('left')
    expect(textOf(await (await ask('second')).text())).toBe(planted.localAnswer)
    expect(await askedFor()).toEqual(['first', 'second'])
  })
})
