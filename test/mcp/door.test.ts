/** Who may come in at `/mcp`, and what becomes of a message that is none. */
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTrooper, type RunningTrooper } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { connectOverHttp, use } from './agent.ts'

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
}

interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
}

/** With every header that a test wants, `Host` and `Origin` too. */
async function post(url: string, body: string | object, headers: Record<string, string> = {}): Promise<Answer> {
  const about = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const asked = request(`${url}/mcp`, { method: 'POST', headers: { ...about, ...headers } })
  asked.end(typeof body === 'string' ? body : JSON.stringify(body))
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, headers: response.headers, text: await text(response) }
}

let open: RunningTrooper
/** With `TROOPER_TOKEN`. */
let closed: RunningTrooper
beforeAll(async () => {
  const secrets = { TROOPER_TOKEN: planted.token, PRIMARY_API_KEY: planted.primaryKey, TROOPER_MCP_WRITE: 'on' }
  ;[open, closed] = await Promise.all([startTrooper({}), startTrooper(secrets)])
})
afterAll(() => Promise.all([open.process.stop(), closed.process.stop()]))

describe('/mcp', () => {
  it('lets programs of this machine in', async () => {
    const { status, headers, text: said } = await post(open.url, initialize)
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream'])
    expect(headers['mcp-session-id']).toMatch(/^[\w-]{30,}$/)
    expect(said).toContain('"serverInfo":{"name":"trooper"')
  })

  it.each([
    ['a web page of another site', { origin: 'https://evil.example' }, 'TROOPER_ALLOWED_ORIGINS'],
    ['a page that hides its origin', { origin: 'null' }, 'TROOPER_ALLOWED_ORIGINS'],
    ['a foreign name for this machine', { host: 'evil.example' }, 'TROOPER_ALLOWED_HOSTS'],
    [
      'a link from elsewhere',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      'TROOPER_ALLOWED_ORIGINS',
    ],
  ])('refuses %s', async (_who, headers, setting) => {
    const { status, text: said } = await post(open.url, initialize, headers)
    expect(status).toBe(403)
    expect(said).toContain(setting)
  })

  it('wants TROOPER_TOKEN where it is set, for reading and changing alike', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }])
      expect((await post(closed.url, initialize, headers)).status).toBe(401)
    await expect(connectOverHttp(closed.url)).rejects.toThrow()
    const client = await connectOverHttp(closed.url, 'legacy', { authorization: `Bearer ${planted.token}` })
    expect((await use(client, 'status')).isError).toBe(false)
    expect((await use(client, 'set_override', { mode: 'primary' })).fields).toMatchObject({ mode: 'primary' })
    await client.close()
  })

  it.each([
    ['no JSON', '{', 400],
    ['no message', {}, 400],
  ])('answers %s with an error', async (_what, body, status) => {
    expect((await post(open.url, body)).status).toBe(status)
  })

  it('reads no message of more than 4 MiB', async () => {
    const length = String(4 * 1024 * 1024 + 1)
    const asked = request(`${open.url}/mcp`, { method: 'POST', headers: { 'content-length': length } })
    asked.flushHeaders()
    const [response] = await once(asked, 'response')
    expect([response.statusCode, await text(response)]).toEqual([413, expect.stringContaining('larger than 4 MiB')])
    asked.destroy()
  })

  it.each([
    [{ 'content-type': 'text/plain' }, 415],
    [{ accept: 'text/html' }, 406],
  ])('refuses %o', async (headers, status) => {
    expect((await post(open.url, initialize, headers)).status).toBe(status)
  })

  it.each(['GET', 'DELETE'])('has no %s: what it has to say comes with its answers', async (method) => {
    const answer = await fetch(`${open.url}/mcp`, { method, headers: { accept: 'text/event-stream' } })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('goes on with a session of before a restart', async () => {
    const { status, text: said } = await post(
      open.url,
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      { 'mcp-session-id': 'from-before', 'mcp-protocol-version': '2025-11-25' },
    )
    expect(status).toBe(200)
    expect(said).toContain('explain_exchange')
  })

  it('takes the end of a call from nobody but the session that made it', async () => {
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }
    for (const session of ['', 'another']) {
      const { status } = await post(open.url, cancel, { 'mcp-session-id': session })
      expect(status).toBe(202)
    }
  })
})
