/** A request that is larger than it may be: whoever sends it sees the refusal, and not only that its connection broke. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenIn } from '../admin/call.ts'
import { available, baseURL, Client, clients, type ClientDefinition } from '../clients/clients.ts'
import { scratchFolder } from '../fakes/output.ts'
import { planted } from '../secrets.ts'
import { dialects, emptyFolder, startTrooper, type RunningTrooper } from './trooper.ts'

/** Far more than the buffers of a connection hold: it is refused while most of it is still to be sent. */
const size = 24 * 1024 * 1024
const large = 'x'.repeat(size)
const sentence = 'larger than 1 MiB; raise TROOPER_MAX_BODY_MB'

let trooper: RunningTrooper
let token: string
beforeAll(async () => {
  const folder = scratchFolder('data')
  trooper = await startTrooper({ TROOPER_MAX_BODY_MB: '1', TROOPER_DATA_DIR: folder })
  token = tokenIn(folder)
})
afterAll(() => trooper.process.stop())

async function isServed(): Promise<void> {
  expect((await fetch(`${trooper.url}/healthz`)).status).toBe(200)
}

const places: [string, string, () => Record<string, string>][] = [
  ['POST', '/v1/messages', () => dialects.anthropic.headers],
  ['POST', '/v1/chat/completions', () => ({})],
  ['POST', '/v1/messages/count_tokens', () => ({})],
  ['POST', '/api/show', () => ({})],
  ['POST', '/mcp', () => ({ 'content-type': 'application/json' })],
  ['PUT', '/trooper/api/override', () => ({ 'content-type': 'application/json', authorization: `Bearer ${token}` })],
]

describe.each(places)('%s %s', (method, path, headers) => {
  const said = path.startsWith('/v1') || path === '/api/show' ? sentence : /longer than|larger than/

  const sending = (more: RequestInit): RequestInit => ({ method, headers: headers(), ...more })

  it('tells fetch', async () => {
    const response = await fetch(trooper.url + path, sending({ body: large }))
    expect(response.status).toBe(413)
    expect(await response.text()).toMatch(said)
    await isServed()
  })

  it('tells fetch that sends it bit by bit', async () => {
    const body = new Blob([large]).stream()
    const response = await fetch(trooper.url + path, sending({ body, duplex: 'half' }))
    expect(response.status).toBe(413)
    expect(await response.text()).toMatch(said)
  })

  it.each([true, false])(
    'tells a client that looks only when it has sent everything; its length is known: %s',
    async (isKnown) => {
      const { hostname, port } = new URL(trooper.url)
      const socket = connect(Number(port), hostname)
      const fields = Object.entries({ host: `${hostname}:${port}`, ...headers() }).map(
        ([name, value]) => `${name}: ${value}`,
      )
      const length = isKnown ? `content-length: ${size}` : 'transfer-encoding: chunked'
      socket.write(`${method} ${path} HTTP/1.1\r\n${[...fields, length].join('\r\n')}\r\n\r\n`)
      if (!isKnown) socket.write(`${size.toString(16)}\r\n`)
      await new Promise<void>((resolve, reject) =>
        socket.write(isKnown ? large : `${large}\r\n0\r\n\r\n`, (error) => (error ? reject(error) : resolve())),
      )
      expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 413 [^]*${said instanceof RegExp ? said.source : said}`))
    },
  )

  it('tells Node’s own client', async () => {
    const asked = request(trooper.url + path, { method, headers: headers() })
    asked.end(large)
    const [response] = await once(asked, 'response')
    expect([response.statusCode, await text(response)]).toEqual([413, expect.stringMatching(said)])
  })
})

describe.each(clients.filter(({ apis }) => apis.some((api) => api !== 'responses')))(
  '$name',
  (definition: ClientDefinition) => {
    const usable = available(definition)
    if (usable !== true) return it.skip(`skipped: ${usable.skip}`)

    it('tells its app the sentence', async () => {
      const client = new Client(definition)
      const [api = 'chat'] = definition.apis
      const result = await client.call({
        op: 'create',
        api,
        baseURL: baseURL(definition, trooper.url, api),
        apiKey: planted.clientKey,
        model: 'm',
        messages: [{ role: 'user', content: large }],
      })
      await client.stop()
      expect(result).toMatchObject({ ok: false, status: 413, message: expect.stringContaining(sentence) })
    })
  },
)

it('tells curl, if it is there', async ({ skip }) => {
  const run = promisify(execFile)
  const isThere = await run('curl', ['--version']).then(
    () => true,
    () => false,
  )
  if (!isThere) return skip('curl is not installed')
  const file = join(emptyFolder(), 'large')
  writeFileSync(file, large)
  for (const expects of ['Expect:', 'Expect: 100-continue']) {
    const { stdout } = await run('curl', [
      '-sS',
      '-H',
      expects,
      '--data-binary',
      `@${file}`,
      `${trooper.url}/v1/messages`,
    ])
    expect(stdout).toContain(sentence)
  }
})
