/** `docs/openapi.json` held against a running Trooper: what it describes is so, and nothing else is. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEndpoints, type EndpointParts } from '../../src/admin/endpoints.ts'
import { readSse } from '../../src/wire/sse.ts'
import { ask, startStage, startTrooper, type RunningTrooper, type Stage } from '../e2e/trooper.ts'
import { scratchFolder } from '../fakes/output.ts'
import { planted } from '../secrets.ts'
import { call, Follower, tokenIn, type Called, type Sent } from './call.ts'
import { openapi, operations, problemsOf, schemaNameOf } from './openapi.ts'

let stage: Stage
/** With `TROOPER_TOKEN`. */
let closed: RunningTrooper
let bearer: Record<string, string>
const closedKey = { authorization: `Bearer ${planted.token}` }

beforeAll(async () => {
  const folder = scratchFolder('data')
  stage = await startStage('/v1/messages', {
    TROOPER_DATA_DIR: folder,
    WAIT_MAX: '0',
    CAPTURE: 'on',
    // Nobody collects there: what is recorded is shown all the same.
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  })
  const secrets = { TROOPER_TOKEN: planted.token, PRIMARY_API_KEY: planted.primaryKey }
  closed = await startTrooper({ PRIMARY_URL: `${stage.provider.url}/v1/messages`, ...secrets })
  bearer = { authorization: `Bearer ${tokenIn(folder)}` }
  // Something of everything: an answer, a fallback, a break in a stream, a spent quota.
  await stage.provider.play(
    { mode: 'ok', text: planted.cloudAnswer },
    { mode: 'end-midstream', text: planted.cloudAnswer, chunks: 2 },
    { mode: 'anthropic-overloaded' },
    { mode: 'anthropic-credit' },
  )
  for (let at = 0; at < 4; at += 1) await (await ask(stage.trooper.url, 'anthropic', true)).text()
})
afterAll(() => Promise.all([stage.stop(), closed.process.stop()]))

const seen = new Set<string>()

/** Asks, and holds the answer against the description of this status. */
async function check(
  method: string,
  path: string,
  sent: Sent,
  { url = stage.trooper.url, id = '', query = '' } = {},
): Promise<Called> {
  const answer = await call(method, url + path.replace('{id}', id) + query, sent)
  const { responses } = operations.find((known) => known.method === method && known.path === path)!.operation
  const described = responses[answer.status]
  expect(described, `${method} ${path} ${answer.status} ${answer.text}`).toBeDefined()
  seen.add(`${method} ${path} ${answer.status}`)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  const stream = described?.content?.['text/event-stream']
  const content = described?.content?.['application/json']
  if (stream) {
    expect(answer.headers['content-type']).toBe('text/event-stream')
    for (const told of eventsIn(answer.text)) expect(problemsOf(schemaNameOf(stream.schema), told)).toEqual([])
  } else if (!content) expect(answer.text).toBe('')
  else {
    expect(answer.headers['content-type']).toBe('application/json')
    expect(problemsOf(schemaNameOf(content.schema), JSON.parse(answer.text)), answer.text).toEqual([])
  }
  return answer
}

function eventsIn(body: string): { event: string; data: unknown }[] {
  return readSse(Buffer.from(body)).map(({ event = '', data }) => ({ event, data: JSON.parse(data) }))
}

/** A question may be longer than other orders. */
const tooLong = (path: string): string => ' '.repeat(path.endsWith('/ask') ? 1_100_000 : 17_000)

const reads = operations.filter(({ method, path }) => method === 'GET' && path !== '/trooper/api/events')
const changes = operations.filter(({ method }) => method !== 'GET')
const guarded = changes.filter(({ path }) => path !== '/trooper/api/login')

async function latestId(): Promise<string> {
  const { text } = await call('GET', `${stage.trooper.url}/trooper/api/exchanges`)
  return JSON.parse(text).exchanges[0].id
}

describe('what is described', () => {
  it.each(reads)('$method $path answers so', async ({ method, path }) => {
    const { status } = await check(method, path, {}, { id: await latestId() })
    expect(status).toBe(200)
  })

  it.each(guarded)('$method $path takes its example', async ({ method, path, operation }) => {
    const { status } = await check(method, path, {
      headers: bearer,
      json: operation.requestBody?.content['application/json'].example,
    })
    expect([200, 202]).toContain(status)
  })

  it.each(guarded.filter(({ operation }) => operation.requestBody?.required === false))(
    '$method $path takes no body',
    async ({ method, path }) => {
      const { status } = await check(method, path, { headers: bearer })
      // The drill of the test before may be under way.
      expect([200, 202, 409]).toContain(status)
    },
  )

  it('of a drill is so while it runs, and a second one has to wait', async () => {
    const path = '/trooper/api/drill'
    const order = { scenario: 'rate-limit', dialect: 'chat', standIn: true }
    const follower = await Follower.open<{ state: string; scenarios: unknown[] }>(
      `${stage.trooper.url}/trooper/api/events`,
    )
    // Whatever runs already ends first.
    while ((await check('POST', path, { headers: bearer, json: order })).status === 409)
      await follower.first(({ event, data }) => event === 'drill' && data.state !== 'running')
    expect((await check('POST', path, { headers: bearer, json: order })).status).toBe(409)
    await check('GET', path, {})
    await follower.first(({ event, data }) => event === 'drill' && data.state === 'over' && data.scenarios.length === 1)
    await check('GET', path, {})
    for (const told of follower.told) expect(problemsOf('ApiEvent', { event: told.event, data: told.data })).toEqual([])
    follower.leave()
  })

  it('of events is so', async () => {
    const { operation } = operations.find(({ path }) => path === '/trooper/api/events')!
    expect(schemaNameOf(operation.responses['200']!.content!['text/event-stream']!.schema)).toBe('ApiEvent')
    const follower = await Follower.open(`${stage.trooper.url}/trooper/api/events`)
    await (await ask(stage.trooper.url, 'anthropic', true)).text()
    await follower.first(({ event, data }) => event === 'exchange' && JSON.stringify(data).includes('"answered"'))
    expect(follower.told[0]?.event).toBe('status')
    for (const told of follower.told) expect(problemsOf('ApiEvent', { event: told.event, data: told.data })).toEqual([])
    follower.leave()
    seen.add('GET /trooper/api/events 200')
  })
})

describe('a refusal is as it is described:', () => {
  it.each(operations)('$method $path of a foreign host', async ({ method, path }) => {
    const { status } = await check(method, path, { headers: { ...bearer, host: 'evil.example' } })
    expect(status).toBe(403)
  })

  it.each(operations.filter(({ method }) => method === 'GET'))(
    '$method $path without TROOPER_TOKEN',
    async ({ method, path }) => {
      expect((await check(method, path, {}, { url: closed.url })).status).toBe(401)
    },
  )

  it.each(guarded)('$method $path without a token', async ({ method, path }) => {
    expect((await check(method, path, {})).status).toBe(401)
  })

  it.each(changes)('$method $path with a body that is not as it has to be', async ({ method, path }) => {
    const send = async (sent: Sent): Promise<number> => (await check(method, path, { headers: bearer, ...sent })).status
    expect(await send({ json: { nonsense: true } })).toBe(400)
    expect(await send({ json: [] })).toBe(400)
    expect(await send({ json: { target: 1, mode: 1, scenario: 1, token: 1 } })).toBe(400)
    const json = { ...bearer, 'content-type': 'application/json' }
    expect(await send({ headers: json, body: '{' })).toBe(400)
    expect(await send({ headers: json, body: tooLong(path) })).toBe(413)
    expect(await send({ headers: { ...bearer, 'content-type': 'text/plain' }, body: '{}' })).toBe(415)
  })

  it.each(['/trooper/api/exchanges', '/trooper/api/days'])('GET %s with a query that is not', async (path) => {
    for (const query of ['?limit=0', '?limit=x', '?limit=1001', '?other=1'])
      expect((await check('GET', path, {}, { query })).status).toBe(400)
  })

  it('what is not there', async () => {
    expect((await check('GET', '/trooper/api/exchanges/{id}', {}, { id: 'gone' })).status).toBe(404)
    for (const path of ['/trooper/api/probe', '/trooper/api/warm'])
      expect((await check('POST', path, { headers: bearer, json: { target: 'nobody' } })).status).toBe(404)
  })

  it('a model that cannot be loaded', async () => {
    expect((await check('POST', '/trooper/api/warm', { headers: closedKey }, { url: closed.url })).status).toBe(502)
  })

  it('a login', async () => {
    const path = '/trooper/api/login'
    const login = async (token: string, url: string): Promise<number> =>
      (await check('POST', path, { json: { token } }, { url })).status
    expect(await login(planted.token, closed.url)).toBe(204)
    expect(await login('wrong', closed.url)).toBe(401)
    expect(await login(planted.token, stage.trooper.url)).toBe(409)
  })

  let guesses = 0
  it.each(operations)('$method $path after too many wrong tokens', async ({ method, path }) => {
    const guess = async (): Promise<Called> => {
      const token = `wrong ${(guesses += 1)}`
      const sent = path.endsWith('/login') ? { json: { token } } : { headers: { authorization: `Bearer ${token}` } }
      return check(method, path, sent, { url: closed.url })
    }
    let answer = await guess()
    // The allowance comes back while it is used up.
    for (let more = 0; answer.status === 401 && more < 30; more += 1) answer = await guess()
    expect(answer.status).toBe(429)
    expect(answer.headers['retry-after']).toBe('1')
  })

  it('every status that is described has been seen by now', () => {
    const described = operations.flatMap(({ method, path, operation }) =>
      Object.keys(operation.responses).map((status) => `${method} ${path} ${status}`),
    )
    // Sixty-four readers are those of src/admin/events.test.ts.
    expect(described.filter((line) => !seen.has(line))).toEqual(['GET /trooper/api/events 503'])
  })
})

describe('what is not described', () => {
  it('is no endpoint', () => {
    // Nothing is asked of the parts before somebody asks the endpoint.
    const parts = JSON.parse('{}') as EndpointParts
    const built = Object.entries(createEndpoints(parts)).flatMap(([path, endpoint]) =>
      Object.keys(endpoint).map((method) => `${method} /trooper/api${path}`),
    )
    expect(built.toSorted()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).toSorted())
  })

  it.each(Object.keys(openapi.paths))('is no method of %s', async (path) => {
    const described = Object.keys(openapi.paths[path]!).map((method) => method.toUpperCase())
    for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'].filter(
      (name) => !described.includes(name),
    )) {
      const answer = await call(method, stage.trooper.url + path.replace('{id}', 'x'), { headers: bearer })
      expect(answer.status).toBe(405)
      expect(String(answer.headers['allow']).split(', ').toSorted()).toEqual(described.toSorted())
      expect(problemsOf('ProblemView', JSON.parse(answer.text))).toEqual([])
    }
  })

  it.each(['x', 'status/x', 'exchanges/a/b', 'exchanges/{id}/', '__proto__', 'constructor', 'STATUS'])(
    'is no path: %s',
    async (path) => {
      const answer = await call('GET', `${stage.trooper.url}/trooper/api/${path}`, { headers: bearer })
      expect(answer.status).toBe(404)
      expect(problemsOf('ProblemView', JSON.parse(answer.text))).toEqual([])
    },
  )

  it('HEAD is GET without a body, but never follows events', async () => {
    const head = await call('HEAD', `${stage.trooper.url}/trooper/api/ledger`)
    expect([head.status, head.text]).toEqual([200, ''])
    expect((await call('HEAD', `${stage.trooper.url}/trooper/api/events`)).status).toBe(405)
  })
})

it('the description has the version of the package', () => {
  expect(openapi.info.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
})
