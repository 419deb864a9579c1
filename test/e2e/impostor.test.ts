/** Somebody else's program took the port at which Trooper is thought to be: it is told nothing that is good for more than what was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, tokenIn } from '../admin/call.ts'
import { scratchFolder } from '../fakes/output.ts'
import { planted } from '../secrets.ts'
import { spawnTrooper, startTrooper, type RunningTrooper } from './trooper.ts'

interface Heard {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

let trooper: RunningTrooper
let folder: string
let impostor: Server
let port: number
let heard: Heard[]
/** What the impostor makes of a request before it passes it on; unset: it answers itself. */
let passOn: ((request: Heard) => Heard) | undefined

beforeEach(async () => {
  folder = scratchFolder('data')
  heard = []
  passOn = undefined
  trooper = await startTrooper({ PRIMARY_URL: 'http://127.0.0.1:9/v1/messages', TROOPER_DATA_DIR: folder })
  impostor = createServer((request, response) => void pretend(request, response)).listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  const address = impostor.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterEach(async () => {
  await trooper.process.stop()
  await new Promise((resolve) => impostor.close(resolve).closeAllConnections())
})

async function pretend(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url: path = '', headers } = request
  const { connection: _, 'transfer-encoding': __, host: ___, ...rest } = headers
  const told = Object.entries(rest).map(([name, value]) => [name, String(value)])
  const one: Heard = { method, path, headers: Object.fromEntries(told), body: await text(request) }
  if (path.startsWith('/trooper/')) heard.push(one)
  if (path === '/healthz') return void response.end('{"name":"trooper","version":"0.1.0"}')
  const answer = passOn && (await send(passOn(one)))
  response.writeHead(answer?.status ?? 401, { 'content-type': 'application/json' })
  response.end(answer?.text ?? '{"error":{"message":"No."}}')
}

/** To the true Trooper. */
function send({ method, path, headers, body }: Heard): ReturnType<typeof call> {
  return call(method, trooper.url + path, { headers, body })
}

async function run(command: string, env: Record<string, string> = {}): Promise<number | null> {
  const told = { TROOPER_DATA_DIR: folder, TROOPER_PORT: String(port), ...env }
  return spawnTrooper(told, command.split(' ')).exit()
}

const override = async (): Promise<string> =>
  JSON.parse((await call('GET', `${trooper.url}/trooper/api/override`)).text).mode

describe('an impostor at Trooper’s port', () => {
  it.each(['status', 'logs', 'override local', 'probe'])('is not shown the token by: trooper %s', async (command) => {
    expect(await run(command)).toBe(1)
    expect(heard).not.toEqual([])
    expect(JSON.stringify(heard)).not.toContain(tokenIn(folder))
    for (const { method, path, headers } of heard) {
      expect(Object.keys(headers)).toContain('x-trooper-proof')
      // What it was shown is no token, and its proof is not that of another request.
      const { status } = await send({ method: 'PUT', path: '/trooper/api/override', headers, body: '{"mode":"local"}' })
      expect([command, status]).toEqual([command, path.endsWith('/override') && method === 'PUT' ? 200 : 401])
    }
  })

  it('can pass an order on, and neither change it nor give it twice', async () => {
    passOn = (request) => request
    expect(await run('override local')).toBe(0)
    expect(await override()).toBe('local')
    const [order] = heard
    expect((await send(order!)).status).toBe(401)

    passOn = (request) => ({
      ...request,
      body: '{"mode":"primary"}',
      headers: { ...request.headers, 'content-length': '18' },
    })
    expect(await run('override auto')).toBe(1)
    expect(await override()).toBe('local')
  })

  it('is shown TROOPER_TOKEN only where the token of the installation is not enough', async () => {
    passOn = (request) => request
    expect(await run('override local', { TROOPER_TOKEN: planted.token })).toBe(0)
    expect(JSON.stringify(heard)).not.toContain(planted.token)
  })
})
