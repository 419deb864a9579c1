/** The memory of a spent primary: across restarts, across concurrent requests, and back to it when its time has come. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { ask, dialects, startTrooper, textOf, type RunningTrooper } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
let trooper: RunningTrooper
let folder: string
beforeEach(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  folder = scratchFolder('data')
})
afterEach(async () => {
  await Promise.all([trooper.process.stop(), provider.stop(), ollama.stop()])
})

const file = (): string => join(folder, 'ledger.json')

async function start(env: Record<string, string> = {}): Promise<void> {
  trooper = await startTrooper({
    PRIMARY_URL: `${provider.url}/v1/messages`,
    FALLBACK_URL: `${ollama.url}/api/chat`,
    TROOPER_DATA_DIR: folder,
    WAIT_MAX: '0',
    ...env,
  })
}

/** As an earlier process would have left it. `resetsInMs` may be past: then the primary is due. */
function leave(resetsInMs: number, override: object = { mode: 'auto' }): void {
  const credential = ['', planted.clientKey, '', ''].join('\n')
  const account = createHash('sha256').update(credential).digest('base64url').slice(0, 16)
  const untilMs = Date.now() + resetsInMs
  const limit = { kind: 'quota-spent', what: 'quota', scope: 'account', window: '5h', resetsAtMs: untilMs, status: 429 }
  const place = `${provider.url}/v1/messages`
  mkdirSync(folder, { recursive: true })
  const entry = { target: 'primary', place, account, limit, refusals: 1, untilMs }
  writeFileSync(file(), JSON.stringify({ version: 1, override, entries: [entry], usage: [] }))
}

const hour = 3_600_000
const far = { mode: 'anthropic-usage-limit', body: bodyOf('2126-01-01') } as const

function bodyOf(day: string): string {
  const message = `You have reached your specified API usage limits. You will regain access on ${day} at 00:00 UTC.`
  return JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } })
}

async function answer(response: Response | Promise<Response>): Promise<{ text: string; by: string | null }> {
  const given = await response
  return { text: textOf(await given.text()), by: given.headers.get('x-trooper-fallback') }
}

describe('a spent primary', () => {
  it('is not asked before its reset, also when Trooper was killed in between', async () => {
    await start()
    await provider.play(far)
    await answer(ask(trooper.url, 'anthropic', false))
    trooper.process.signal('SIGKILL')
    await trooper.process.exit()
    await start()
    await provider.play({ mode: 'ok', text: planted.cloudAnswer })
    const response = await ask(trooper.url, 'anthropic', false)
    expect(response.headers.get('x-trooper-reason')).toBe('quota-spent')
    expect(await provider.requests('/v1/messages')).toHaveLength(1)
  })

  it('leaves a file that only its owner can read, without key, prompt or answer in it', async () => {
    await start()
    await provider.play(far)
    await answer(ask(trooper.url, 'anthropic', false))
    await trooper.process.stop()
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const text = readFileSync(file(), 'utf8')
    for (const secret of Object.values(planted)) expect(text).not.toContain(secret)
    expect(text).not.toContain('regain')
    expect(JSON.parse(text)).toMatchObject({
      entries: [{ limit: { window: 'month', resetsAtMs: Date.UTC(2126, 0, 1) } }],
    })
  })

  it('is asked as usual when the file cannot be read, which is set aside and said', async () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file(), '{"version":1,"entr')
    await start()
    await trooper.process.line((line) => (line.includes('could not be read') ? true : undefined))
    expect(readdirSync(folder)).toEqual(['ledger.json.unreadable', 'token'])
    await provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await answer(ask(trooper.url, 'anthropic', false))).toEqual({ text: planted.cloudAnswer, by: null })
  })

  it('leaves no file while nothing is spent', async () => {
    await start()
    await answer(ask(trooper.url, 'anthropic', false))
    await trooper.process.stop()
    expect(existsSync(file())).toBe(false)
  })
})

describe('a primary whose reset has passed', () => {
  it('is asked once by a hundred requests at the same time, and by all of them when it answers', async () => {
    leave(-1000)
    await start({ LOCAL_QUEUE: '100' })
    await provider.play(
      { mode: 'ok', text: planted.cloudAnswer, holdAfter: 0, times: 1 },
      { mode: 'ok', text: 'Back.' },
    )
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    const asked = Array.from({ length: 100 }, () => answer(ask(trooper.url, 'anthropic', false)))
    await ollama.journalWhen(({ requests }) => requests.filter(({ url }) => url === '/api/chat').length === 99)
    await provider.journalWhen(({ requests }) => requests.length > 0)
    expect(await provider.requests()).toHaveLength(1)
    await provider.release()
    const texts = (await Promise.all(asked)).map(({ text }) => text)
    expect(texts.filter((text) => text === planted.cloudAnswer)).toHaveLength(1)
    expect(texts.filter((text) => text === planted.localAnswer)).toHaveLength(99)
    expect(await answer(ask(trooper.url, 'anthropic', false))).toEqual({ text: 'Back.', by: null })
    await trooper.process.stop()
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ entries: [] })
  })

  it('is open to all as soon as the first word of its answer is there', async () => {
    leave(-1000)
    await start()
    await provider.play({ mode: 'ok', text: 'one two three', holdAfter: 1, times: 1 }, { mode: 'ok', text: 'Back.' })
    const first = await ask(trooper.url, 'anthropic', true)
    expect(await answer(ask(trooper.url, 'anthropic', false))).toEqual({ text: 'Back.', by: null })
    await provider.release()
    expect(textOf(await first.text())).toBe('one two three')
  })

  it.each([
    ['still spent', far],
    ['overloaded', { mode: 'anthropic-overloaded' } as const],
    ['gone', { mode: 'reset' } as const],
  ])('is answered for by the local model when it is %s, as if nothing had happened', async (_name, behaviour) => {
    leave(-1000)
    await start()
    await provider.play(behaviour)
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    const response = await ask(trooper.url, 'anthropic', true)
    expect(response.status).toBe(200)
    expect(await answer(response)).toMatchObject({ text: planted.localAnswer })
    expect((await provider.requests()).length).toBeGreaterThan(0)
  })

  it('is not asked how many tokens something has, nor which models there are: that would tell nothing', async () => {
    leave(-1000)
    await start()
    const body = JSON.stringify({ ...dialects.anthropic.body(planted.prompt, false), stream: undefined })
    const { headers } = dialects.anthropic
    const counted = await fetch(`${trooper.url}/v1/messages/count_tokens`, { method: 'POST', headers, body })
    expect(counted.headers.get('x-trooper-provider')).toBe('trooper')
    const models = await fetch(`${trooper.url}/v1/models`, { headers })
    expect(models.headers.get('x-trooper-provider')).toBe('trooper')
    expect(await provider.requests()).toHaveLength(0)
  })
})

describe('a manual override', () => {
  it('for the local model keeps every request at home, also after a restart, until its time is over', async () => {
    leave(-1000, { mode: 'local', untilMs: Date.now() + hour })
    await start()
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    const response = await ask(trooper.url, 'anthropic', false)
    expect(response.headers.get('x-trooper-reason')).toBe('override')
    expect(await provider.requests()).toHaveLength(0)
  })

  it('that is over changes nothing', async () => {
    leave(-1000, { mode: 'local', untilMs: Date.now() - 1 })
    await start()
    expect(await answer(ask(trooper.url, 'anthropic', false))).toMatchObject({ by: null })
  })

  it('for the primary asks it before its reset, and falls back all the same', async () => {
    leave(hour, { mode: 'primary' })
    await start()
    await provider.play({ ...far, times: 1 }, { mode: 'ok', text: planted.cloudAnswer })
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    expect(await answer(ask(trooper.url, 'anthropic', false))).toMatchObject({ text: planted.localAnswer })
    expect(await answer(ask(trooper.url, 'anthropic', false))).toEqual({ text: planted.cloudAnswer, by: null })
  })
})
