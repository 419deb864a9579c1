/** The owner's view of a Trooper at work, and their hand on it: `/trooper/api` of the built program. */
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { perAddress } from '../../src/admin/guesses.ts'
import type { DrillRunView, StatusView } from '../../src/admin/views.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { call, Follower, tokenIn, type Called, type Sent } from '../admin/call.ts'
import { filesContaining, scratchFolder } from '../fakes/output.ts'
import { planted } from '../secrets.ts'
import { ask, localModel, startStage, startTrooper, textOf, type RunningTrooper, type Stage } from './trooper.ts'

/** What any event may carry. */
type Data = Partial<StatusView & Entry & DrillRunView>

let stage: Stage
let folder: string
let extra: RunningTrooper | undefined
beforeEach(async () => {
  folder = scratchFolder('data')
  stage = await startStage('/v1/messages', { TROOPER_DATA_DIR: folder, WAIT_MAX: '0' })
})
afterEach(async () => {
  await Promise.all([stage.stop(), extra?.process.stop()])
  extra = undefined
})

const api = (path: string): string => `${stage.trooper.url}/trooper/api/${path}`
const bearer = (): Record<string, string> => ({ authorization: `Bearer ${tokenIn(folder)}` })

async function get<View>(path: string): Promise<View> {
  return JSON.parse((await call('GET', api(path))).text)
}

function change(method: string, path: string, json?: unknown): Promise<Called> {
  return call(method, api(path), { headers: bearer(), ...(json === undefined ? {} : { json }) })
}

const say = async (): Promise<string> => textOf(await (await ask(stage.trooper.url, 'anthropic', true)).text())

const spentTill2126 = {
  mode: 'anthropic-usage-limit',
  body: JSON.stringify({
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: 'You have reached your specified API usage limits. You will regain access on 2126-01-01 at 00:00 UTC.',
    },
  }),
} as const
const resetMs = Date.UTC(2126, 0, 1)

describe('a person who watches', () => {
  it('is told that the local model answers, why and until when, as soon as the provider is spent', async () => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer, times: 1 }, spentTill2126)
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    const follower = await Follower.open<Data>(api('events'))
    const first = await follower.first(({ event }) => event === 'status')
    expect(first).toBe(follower.told[0])
    expect(first.data).toMatchObject({ answering: [{ target: 'primary', kind: 'cloud' }], override: { mode: 'auto' } })
    expect(await say()).toBe(planted.cloudAnswer)
    expect(await say()).toBe(planted.localAnswer)
    const { data } = await follower.first(({ data }) => data.answering?.[0]?.kind === 'local')
    expect(data).toMatchObject({
      answering: [
        {
          target: `local/${localModel}`,
          model: localModel,
          instead: { of: 'primary', reason: 'quota-spent', words: 'quota spent', untilMs: resetMs },
        },
      ],
      targets: [{ name: 'primary', state: { is: 'resting', untilMs: resetMs } }, { state: { is: 'ready' } }],
    })
    const ended = await follower.first(({ data }) => data.attempts?.length === 2 && data.end?.is === 'answered')
    expect(ended.data).toMatchObject({
      dialect: 'anthropic',
      model: 'claude-sonnet-4-5',
      attempts: [
        { target: 'primary', how: 'relay', end: { is: 'failed', reason: 'quota-spent' } },
        { target: `local/${localModel}`, how: 'translate', end: { is: 'answered' } },
      ],
    })
    const loaded = await follower.first(({ data }) => data.engines?.[0]?.state === 'loaded')
    expect(loaded.data.engines?.[0]?.software).toMatch(/^Ollama /)
    follower.leave()
    const entries = [{ target: 'primary', untilMs: resetMs, refusals: 1, isProbed: false }]
    expect(await get('ledger')).toMatchObject({ entries })
    expect(await get('status')).toMatchObject({
      today: { exchanges: 2, fallbacks: 1, byReason: { 'quota-spent': 1 } },
    })
  })

  it('still knows it after a restart, without an exchange', async () => {
    await stage.provider.play(spentTill2126)
    await say()
    await stage.trooper.process.stop()
    extra = await startTrooper({ PRIMARY_URL: `${stage.provider.url}/v1/messages`, TROOPER_DATA_DIR: folder })
    const { text } = await call('GET', `${extra.url}/trooper/api/status`)
    expect(JSON.parse(text)).toMatchObject({ answering: [{ kind: 'local', instead: { untilMs: resetMs } }] })
  })

  it('finds the exchanges again, page by page, and each by its id', async () => {
    for (let at = 0; at < 5; at += 1) await say()
    const first = await get<{ exchanges: Entry[]; before: string }>('exchanges?limit=2')
    const second = await get<{ exchanges: Entry[]; before: string }>(`exchanges?limit=2&before=${first.before}`)
    const third = await get<{ exchanges: Entry[]; before?: string }>(`exchanges?limit=2&before=${second.before}`)
    const ids = [first, second, third].flatMap(({ exchanges }) => exchanges.map(({ id }) => id))
    expect(new Set(ids).size).toBe(5)
    expect(third.before).toBeUndefined()
    expect(await get(`exchanges/${ids[3]}`)).toMatchObject({ id: ids[3], end: { is: 'answered', target: 'primary' } })
  })

  it('is let go when Trooper stops', async () => {
    const follower = await Follower.open(api('events'))
    await follower.first(({ event }) => event === 'status')
    stage.trooper.process.signal('SIGTERM')
    await follower.ended
    expect(await stage.trooper.process.exit()).toBe(0)
  })
})

describe('a person who steers', () => {
  it('has the next request answered by the local model, and the one after by whoever can', async () => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    const before = Date.now()
    const set = JSON.parse((await change('PUT', 'override', { mode: 'local', forMs: 3_600_000 })).text)
    expect(set).toEqual({ mode: 'local', by: 'terminal', untilMs: expect.any(Number) })
    expect(set.untilMs).toBeGreaterThanOrEqual(before + 3_600_000)
    expect(await get('override')).toEqual(set)
    expect(await get('status')).toMatchObject({
      override: set,
      answering: [{ kind: 'local', instead: { reason: 'override', untilMs: set.untilMs } }],
    })
    expect(await say()).toBe(planted.localAnswer)
    expect(await stage.provider.requests('/v1/messages')).toHaveLength(0)
    await change('PUT', 'override', { mode: 'auto' })
    expect(await say()).toBe(planted.cloudAnswer)
  })

  it('has a spent provider asked by the next request, once', async () => {
    await stage.provider.play(spentTill2126, spentTill2126)
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    const asked = async (): Promise<number> => (await stage.provider.requests('/v1/messages')).length
    for (let at = 0; at < 2; at += 1) await say()
    expect(await asked()).toBe(1)
    expect(JSON.parse((await change('POST', 'probe')).text)).toEqual({ due: ['primary'] })
    expect(JSON.parse((await change('POST', 'probe')).text)).toEqual({ due: [] })
    expect(await asked()).toBe(1)
    for (let at = 0; at < 2; at += 1) expect(await say()).toBe(planted.localAnswer)
    expect(await asked()).toBe(2)
    await change('POST', 'probe', { target: 'primary' })
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    for (let at = 0; at < 2; at += 1) expect(await say()).toBe(planted.cloudAnswer)
  })

  it('is told that a load goes on, and when it is over', async () => {
    await stage.ollama.play({ mode: 'slow-load' })
    const follower = await Follower.open<Data>(api('events'))
    expect(JSON.parse((await change('POST', 'warm')).text)).toEqual({ target: `local/${localModel}`, state: 'loading' })
    await follower.first(({ data }) => data.engines?.[0]?.state === 'loading')
    await stage.ollama.journalWhen(({ requests }) => requests.some(({ url }) => url === '/api/generate'))
    await stage.ollama.release()
    await follower.first(({ data }) => data.engines?.[0]?.state === 'loaded')
    follower.leave()
  })

  it('has the local model loaded', async () => {
    // What an engine has not said within moments is not waited for, and a load that takes longer is told to go on.
    await expect.poll(() => get('engines')).toMatchObject({ engines: [{ state: 'unloaded' }] })
    const warmed = async (): Promise<unknown> => JSON.parse((await change('POST', 'warm')).text)
    await expect.poll(warmed).toEqual({ target: `local/${localModel}`, state: 'loaded' })
    const { loads } = await stage.ollama.journal()
    expect(loads.map(({ model }) => model)).toEqual([localModel])
  })

  it('plays a drill, which asks nobody that is configured but the local model', async () => {
    const follower = await Follower.open<Data>(api('events'))
    const { status } = await change('POST', 'drill', { scenario: 'third-message', dialect: 'messages' })
    expect(status).toBe(202)
    const { data } = await follower.first(({ event, data }) => event === 'drill' && data.state === 'over')
    expect(data).toMatchObject({
      localModel: expect.stringContaining(stage.ollama.url),
      scenarios: [
        {
          name: 'third-message',
          state: 'right',
          runs: [
            { dialect: 'messages', streamed: true, ok: true, outcomes: ['provider', 'provider', 'local'] },
            { dialect: 'messages', streamed: false, ok: true, outcomes: ['provider', 'provider', 'local'] },
          ],
        },
      ],
    })
    expect(await get('drill')).toMatchObject({ run: data })
    expect(await stage.provider.requests()).toHaveLength(0)
    expect(await get('exchanges')).toEqual({ exchanges: [] })
    follower.leave()
  })
})

describe('whoever attacks', () => {
  const order = { mode: 'local' }
  const put = (sent: Sent): Promise<Called> => call('PUT', api('override'), sent)
  const isUnchanged = async (): Promise<boolean> => (await get<{ mode: string }>('override')).mode === 'auto'
  /** What Trooper's own page would have got. */
  async function cookie(): Promise<string> {
    const page = await call('GET', `${stage.trooper.url}/dashboard`)
    return String(page.headers['set-cookie']).split(';')[0] ?? ''
  }

  it.each<[string, Sent, number]>([
    ['without a token', { json: order }, 401],
    ['with a wrong one', { json: order, headers: { authorization: `Bearer ${'x'.repeat(43)}` } }, 401],
    ['with somebody’s key', { json: order, headers: { 'x-api-key': planted.clientKey } }, 401],
  ])('%s changes nothing', async (_what, sent, status) => {
    expect((await put(sent)).status).toBe(status)
    expect(await isUnchanged()).toBe(true)
  })

  it('has the page’s cookie, as every server of this host is sent it, and changes nothing from elsewhere', async () => {
    const sent = { cookie: await cookie(), 'content-type': 'application/json' }
    const own = new URL(stage.trooper.url).origin
    const json = { json: order }
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ])
      expect((await put({ ...json, headers: { ...sent, ...headers } })).status).toBe(403)
    expect(await isUnchanged()).toBe(true)
    // What the page itself sends.
    expect((await put({ ...json, headers: { ...sent, origin: own, 'sec-fetch-site': 'same-origin' } })).status).toBe(
      200,
    )
  })

  it('with a form on another site changes nothing, whatever cookie the browser sends along', async () => {
    const form = {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'content-type': 'text/plain',
      ...bearer(),
    }
    for (const path of ['probe', 'warm', 'drill', 'login']) {
      const answer = await call('POST', api(path), { headers: form, body: JSON.stringify({ x: '=' }) })
      expect(answer.status).toBe(403)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect(await get('drill')).not.toHaveProperty('run')
  })

  it('with a host name that was made to lead here sees and changes nothing', async () => {
    const rebound = {
      host: `evil.example:${new URL(stage.trooper.url).port}`,
      origin: 'http://evil.example',
      ...bearer(),
    }
    for (const path of ['status', 'exchanges', 'events', 'override'])
      expect((await call('GET', api(path), { headers: rebound })).status).toBe(403)
    expect((await put({ json: order, headers: rebound })).status).toBe(403)
    expect(await isUnchanged()).toBe(true)
  })

  it('finds no token in anything that Trooper prints or answers', async () => {
    const token = tokenIn(folder)
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600)
    await change('PUT', 'override', order)
    await put({ json: order, headers: { authorization: `Bearer ${token}x` } })
    const answers = await Promise.all(
      ['status', 'ledger', 'exchanges', 'engines', 'drill'].map((path) => call('GET', api(path))),
    )
    for (const { text, headers } of answers) expect(text + JSON.stringify(headers)).not.toContain(token)
    expect(await cookie()).not.toContain(token)
    await stage.trooper.process.stop()
    expect(await filesContaining(token)).toEqual([])
  })
})

describe('with TROOPER_TOKEN', () => {
  beforeEach(async () => {
    extra = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      PRIMARY_API_KEY: planted.primaryKey,
      TROOPER_TOKEN: planted.token,
      TROOPER_DATA_DIR: folder,
    })
  })
  const at = (path: string): string => `${extra?.url}/trooper/api/${path}`
  const own = (): Record<string, string> => ({ origin: extra?.url ?? '', 'sec-fetch-site': 'same-origin' })
  const login = (token: string): Promise<Called> => call('POST', at('login'), { headers: own(), json: { token } })

  it('nothing is shown without it', async () => {
    for (const path of [
      'status',
      'exchanges',
      'exchanges/x',
      'ledger',
      'engines',
      'days',
      'override',
      'drill',
      'events',
    ])
      expect((await call('GET', at(path))).status).toBe(401)
    const headers = { authorization: `Bearer ${planted.token}` }
    expect((await call('GET', at('status'), { headers })).status).toBe(200)
    expect((await call('GET', at('status'), { headers: bearer() })).status).toBe(200)
  })

  it('the page logs in once, and may see and change from then on', async () => {
    expect((await login('wrong')).status).toBe(401)
    const { status, headers } = await login(planted.token)
    expect(status).toBe(204)
    const [set = ''] = headers['set-cookie'] ?? []
    expect(set).toMatch(/; Path=\/trooper\/api; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
    expect(set).not.toContain(planted.token)
    const cookie = set.split(';')[0] ?? ''
    expect((await call('GET', at('status'), { headers: { cookie } })).status).toBe(200)
    const order = { json: { mode: 'local', forMs: 1000 } }
    expect((await call('PUT', at('override'), { ...order, headers: { ...own(), cookie } })).status).toBe(200)
  })

  it('it cannot be guessed faster than once a second, wherever it is shown', async () => {
    const guess = (path: string, token: string): Promise<Called> =>
      call(path === '/metrics' ? 'GET' : 'POST', `${extra?.url}${path}`, {
        headers: { authorization: `Bearer ${token}` },
        body: '',
      })
    let wrong = 0
    const guessAll = async (show: (token: string) => Promise<Called>): Promise<Called> => {
      let answer = await show(`guess ${(wrong += 1)}`)
      while (answer.status === 401 && wrong < 200) answer = await show(`guess ${(wrong += 1)}`)
      return answer
    }
    const sinceMs = Date.now()
    const paths = ['/v1/messages', '/v1/chat/completions', '/v1/responses', '/v1/files', '/mcp', '/metrics']
    for (const path of paths) {
      const { status, headers, text } = await guessAll((token) => guess(path, token))
      expect([path, status, headers['retry-after']]).toEqual([path, 429, '1'])
      expect(JSON.parse(text).error.message).toContain('Too many wrong tokens')
    }
    expect((await guessAll(login)).status).toBe(429)
    const lookedAt = wrong - paths.length - 1
    expect(lookedAt).toBeGreaterThanOrEqual(perAddress.most)
    expect(lookedAt).toBeLessThanOrEqual(perAddress.most + (Date.now() - sinceMs) / perAddress.everyMs)
    expect((await call('GET', at('status'), { headers: bearer() })).status).toBe(200)
  })

  it('it opens whoever guesses at the same address, where it is one that nobody can guess', async () => {
    await extra?.process.stop()
    const made = randomBytes(32).toString('hex')
    extra = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      PRIMARY_API_KEY: planted.primaryKey,
      TROOPER_TOKEN: made,
    })
    const show = async (token: string): Promise<number> =>
      (await call('GET', at('status'), { headers: { authorization: `Bearer ${token}` } })).status
    let status = 401
    for (let wrong = 0; status === 401 && wrong < 200; wrong += 1) status = await show(`guess ${wrong}`)
    expect([status, await show(made)]).toEqual([429, 200])
  })

  it('its cookie is worth nothing from another site, another port or a program', async () => {
    const cookie = String((await login(planted.token)).headers['set-cookie']).split(';')[0] ?? ''
    const order = { json: { mode: 'local' } }
    const put = async (headers: Record<string, string>): Promise<number> =>
      (await call('PUT', at('override'), { ...order, headers: { ...headers, cookie } })).status
    expect(await put({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await put({ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await put({ 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await put({})).toBe(403)
    expect(await put(own())).toBe(200)
  })
})
