/** Who is asked, who is left alone and who is told what, as time goes by: Trooper in this process, with a clock that stands still. */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, tokenIn } from '../admin/call.ts'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { scratchFolder } from '../fakes/output.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startInside, type Inside } from './inside.ts'
import { ask, dialects, textOf } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
let trooper: Inside | undefined
let folder: string
beforeEach(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  folder = scratchFolder('data')
})
afterEach(async () => {
  await Promise.all([trooper?.stop(0), provider.stop(), ollama.stop()])
  trooper = undefined
})

async function start(env: Record<string, string> = {}, yaml?: string): Promise<Inside> {
  trooper = await startInside(
    {
      PRIMARY_URL: `${provider.url}/v1/messages`,
      FALLBACK_URL: `${ollama.url}/api/chat`,
      TROOPER_DATA_DIR: folder,
      ...env,
    },
    yaml,
  )
  return trooper
}

interface Told {
  status: number
  text: string
  by: string | null
  reason: string | null
}

async function told(answer: Promise<Response>): Promise<Told> {
  const response = await answer
  const { status, headers } = response
  const text = textOf(await response.text())
  return { status, text, by: headers.get('x-trooper-provider'), reason: headers.get('x-trooper-reason') }
}

const say = (stream = false): Promise<Told> => told(ask(trooper!.url, 'anthropic', stream))
const asked = async (): Promise<number> => (await provider.requests('/v1/messages')).length

describe('a primary that keeps failing', () => {
  it('is left alone after three failures, asked again by one after a pause, and by all when it answers', async () => {
    const { clock, lines } = await start()
    await provider.play({ mode: 'anthropic-overloaded', times: 4 }, { mode: 'ok', text: planted.cloudAnswer })
    for (let at = 0; at < 5; at += 1)
      expect(await say()).toMatchObject({ text: planted.localAnswer, reason: 'overloaded' })
    expect(await asked()).toBe(3)
    expect(lines).toContain('⚠️ Primary keeps failing: it is left alone for a while')
    clock.pass(5000)
    expect(await say()).toMatchObject({ text: planted.localAnswer })
    expect(await say()).toMatchObject({ text: planted.localAnswer })
    expect(await asked()).toBe(4)
    clock.pass(10_000)
    expect(await say()).toMatchObject({ text: planted.cloudAnswer })
    expect(await say()).toMatchObject({ text: planted.cloudAnswer })
    expect(existsSync(join(folder, 'ledger.json'))).toBe(false)
  })

  it('is asked all the same when nobody else can answer', async () => {
    await start()
    await provider.play({ mode: 'anthropic-overloaded', times: 3 }, { mode: 'ok', text: planted.cloudAnswer })
    for (let at = 0; at < 3; at += 1) await say()
    await ollama.play({ mode: 'not-pulled' })
    expect(await say()).toMatchObject({ text: planted.cloudAnswer })
  })

  it('is not left alone by other customers', async () => {
    await start()
    await provider.play({ mode: 'reset', times: 3 })
    for (let at = 0; at < 3; at += 1) await say()
    const { endpoint, headers, body } = dialects.anthropic
    const other = { ...headers, 'x-api-key': 'sk-of-another' }
    const response = await fetch(trooper!.url + endpoint, {
      method: 'POST',
      headers: other,
      body: JSON.stringify(body('Hi', false)),
    })
    expect(response.headers.get('x-trooper-fallback')).toBeNull()
  })
})

describe('a network that is down', () => {
  const nowhere = 'http://one.invalid/v1/messages'

  it('costs one try; then the local model answers at once, nobody is blamed and nothing is remembered', async () => {
    const yaml = [
      'targets:',
      `  one: { url: '${nowhere}', kind: cloud }`,
      `  two: { url: 'http://two.invalid/v1/chat/completions', kind: cloud, key: k }`,
      `  local: { url: '${ollama.url}/api/chat', model: 'qwen2.5:3b' }`,
      'chains: { default: [one, two, local] }',
    ].join('\n')
    const { lines } = await start({}, yaml)
    for (let at = 0; at < 5; at += 1) expect(await say()).toMatchObject({ by: 'local', reason: 'network' })
    expect(lines.filter((line) => line.includes('name not found'))).toHaveLength(2)
    expect(lines.filter((line) => line.includes('the network is down'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('keeps failing'))).toEqual([])
    expect(existsSync(join(folder, 'ledger.json'))).toBe(false)
  })
})

describe('several fallback models', () => {
  const models = (...names: string[]): Record<string, string> => ({ FALLBACK_MODEL: names.join(',') })
  beforeEach(async () => {
    const known = ['small:1b', 'broken:1b', 'qwen2.5:3b']
    await ollama.configure({
      models: known.map((name) => ({ name, contextLength: 32_768, capabilities: ['completion', 'tools'] })),
    })
  })

  it('are asked in order: one that is missing and one that overflows are left out with their reasons', async () => {
    const { lines } = await start(models('missing:1b', 'small:1b', 'qwen2.5:3b'))
    await provider.play({ mode: 'anthropic-credit' })
    const missing: OllamaBehaviour = { mode: 'not-pulled', times: 1, path: '/api/chat' }
    // A count that cannot be one of so short a conversation: it teaches nothing, and nothing is repeated.
    const overflow: OllamaBehaviour = { mode: 'overflow', times: 1, path: '/api/chat' }
    await ollama.play(missing, overflow, { mode: 'ok', text: planted.localAnswer })
    expect(await say()).toEqual({
      status: 200,
      text: planted.localAnswer,
      by: 'local/qwen2.5:3b',
      reason: 'quota-spent',
    })
    const warnings = lines.filter((line) => line.includes('local/'))
    expect(warnings).toEqual([
      expect.stringMatching(/local\/missing:1b 404 \(unknown model\).*ollama pull missing:1b/),
      expect.stringMatching(/local\/small:1b \d+ \(too long\)/),
    ])
  })

  it('have a breaker each', async () => {
    const { lines } = await start(models('broken:1b', 'qwen2.5:3b'))
    await provider.play({ mode: 'anthropic-credit' })
    const broken: OllamaBehaviour = { mode: 'ends-silently', chunks: 0, times: 1, path: '/api/chat' }
    const fine: OllamaBehaviour = { mode: 'ok', text: planted.localAnswer, times: 1, path: '/api/chat' }
    await ollama.play(broken, fine, broken, fine, broken, fine, { mode: 'ok', text: planted.localAnswer })
    for (let at = 0; at < 4; at += 1) expect(await say()).toMatchObject({ by: 'local/qwen2.5:3b' })
    expect(lines).toContain('⚠️ local/broken:1b keeps failing: it is left alone for a while')
    expect(await ollama.requests('/api/chat')).toHaveLength(7)
  })
})

describe('a second provider of the same dialect', () => {
  it('says who answered, and why', async () => {
    const second = await startProvider()
    const yaml = [
      'targets:',
      `  one: { url: '${provider.url}/v1/messages', kind: cloud }`,
      `  two: { url: '${second.url}/v1/messages', kind: cloud, key: k }`,
      'chains: { default: [one, two] }',
    ].join('\n')
    await start({}, yaml)
    await provider.play({ mode: 'anthropic-credit' })
    await second.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await say(true)).toEqual({ status: 200, text: planted.cloudAnswer, by: 'two', reason: 'quota-spent' })
    await second.stop()
  })
})

describe('a rate limit that clears within WAIT_MAX', () => {
  const limited = { mode: 'anthropic-rate-limit', retryAfter: '5', times: 1 } as const

  it('is waited out once, with signs of life for a stream', async () => {
    const { clock } = await start({ WAIT_MAX: '5' })
    await provider.play(limited, { mode: 'ok', text: planted.cloudAnswer })
    const waiting = ask(trooper!.url, 'anthropic', true)
    await clock.waitedFor(2000)
    clock.pass(2000)
    const response = await waiting
    await clock.waitedFor(2000)
    clock.pass(2000)
    await clock.waitedFor(1000)
    clock.pass(1000)
    const text = await response.text()
    expect(text.match(/event: ping/g)?.length).toBeGreaterThanOrEqual(2)
    expect(textOf(text)).toBe(planted.cloudAnswer)
    expect(text).not.toContain('X-Trooper')
  })

  it('and does not, is answered for in the same stream, which says by whom', async () => {
    const { clock } = await start({ WAIT_MAX: '5' })
    await provider.play(limited, { ...limited, retryAfter: '50' })
    const waiting = ask(trooper!.url, 'anthropic', true)
    await clock.waitedFor(2000)
    clock.pass(2000)
    const response = await waiting
    clock.pass(3000)
    await clock.waitedFor(1000)
    clock.pass(1000)
    const text = await response.text()
    expect(textOf(text)).toBe(planted.localAnswer)
    expect(text).toContain(': X-Trooper-Fallback: qwen2.5:3b\n: X-Trooper-Reason: rate-limited\n')
    expect(await asked()).toBe(2)
  })

  it('is waited out in silence where the answer is no stream', async () => {
    const { clock } = await start({ WAIT_MAX: '5' })
    await provider.play(limited, { mode: 'anthropic-bad-key' })
    const waiting = ask(trooper!.url, 'anthropic', false)
    for (const ms of [2000, 2000, 1000]) {
      await clock.waitedFor(ms)
      clock.pass(ms)
    }
    expect((await waiting).status).toBe(401)
  })
})

describe('what a client is told', () => {
  const nobody = async (): Promise<Response> => {
    await ollama.play({ mode: 'not-pulled' })
    return ask(trooper!.url, 'anthropic', false)
  }

  it('of a spent primary that was not asked: when it is worth while, and not to try before', async () => {
    await start()
    await provider.play({ mode: 'anthropic-subscription', retryAfter: '7999' })
    await say()
    const { status, headers } = await nobody()
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBeNull()
    expect(headers.get('x-trooper-retry-after')).toBe('7999')
    expect(headers.get('x-should-retry')).toBe('false')
  })

  it('of a rate limit that is passed on because 429 is not listed: no wait that would freeze it', async () => {
    await start({ QUOTA_STATUS_CODES: '402' })
    await provider.play({ mode: 'anthropic-rate-limit', retryAfter: '3600' })
    const { status, headers } = await nobody()
    expect(status).toBe(429)
    expect([headers.get('retry-after'), headers.get('x-trooper-retry-after')]).toEqual([null, '3600'])
  })

  it('of a spent quota without a time: that trying again will not help', async () => {
    await start()
    await provider.play({ mode: 'anthropic-credit' })
    const { status, headers } = await nobody()
    expect(status).toBe(400)
    expect(headers.get('x-should-retry')).toBe('false')
  })
})

/** A provider that says how much of its five hours is used, or nothing of it. */
describe('what a provider says of its quota', () => {
  let server: Server
  let used: Record<string, string>
  let isSpent = false
  let answers = 0
  beforeEach(async () => {
    answers = 0
    isSpent = false
    server = createServer((request, response) => {
      request.resume()
      request.on('end', () => {
        answers += 1
        response.writeHead(isSpent ? 429 : 200, { 'content-type': 'application/json', ...used })
        const error = { type: 'error', error: { type: 'rate_limit_error', message: 'Spent.' } }
        const answer = { type: 'message', content: [{ type: 'text', text: 'From the cloud.' }] }
        response.end(JSON.stringify(isSpent ? error : answer))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  const startAt = async (env: Record<string, string>): Promise<Inside> => {
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const inside = await start({ PRIMARY_URL: `http://127.0.0.1:${port}/v1/messages`, ...env })
    used = usedOf(inside, 'allowed_warning', '0.96')
    return inside
  }
  const usedOf = ({ clock }: Inside, status: string, share: string): Record<string, string> => ({
    'anthropic-ratelimit-unified-status': status,
    'anthropic-ratelimit-unified-5h-utilization': share,
    'anthropic-ratelimit-unified-5h-reset': String(clock.now() / 1000 + 3600),
  })

  describe('is shown', () => {
    const shown = async (): Promise<{ window: string; used: number }[]> => {
      const { text } = await call('GET', `${trooper!.url}/trooper/api/status`)
      const quotas: { window: string; used: number }[] = JSON.parse(text).targets[0].quotas
      return quotas.map(({ window, used: share }) => ({ window, used: share }))
    }
    /** Spent for an hour, and more than that. */
    const spend = async (): Promise<Inside> => {
      const inside = await startAt({})
      isSpent = true
      used = usedOf(inside, 'rejected', '1.08')
      expect(await say()).toMatchObject({ reason: 'quota-spent' })
      isSpent = false
      return inside
    }
    const askEarly = async (): Promise<Told> => {
      const headers = { authorization: `Bearer ${tokenIn(folder)}` }
      const order = { headers, json: { mode: 'primary' } }
      expect((await call('PUT', `${trooper!.url}/trooper/api/override`, order)).status).toBe(200)
      return say()
    }

    it('as all of it where it is more than that', async () => {
      await spend()
      expect(await shown()).toEqual([{ window: '5h', used: 1 }])
    })

    it('until an answer says that it is not spent', async () => {
      await spend()
      used = {}
      expect(await askEarly()).toMatchObject({ text: 'From the cloud.' })
      expect(await shown()).toEqual([])
    })

    it('as the answer says it that came all the same', async () => {
      const inside = await spend()
      used = usedOf(inside, 'allowed', '1.1')
      expect(await askEarly()).toMatchObject({ text: 'From the cloud.' })
      expect(await shown()).toEqual([{ window: '5h', used: 1 }])
      used = usedOf(inside, 'allowed', '0.02')
      await say()
      expect(await shown()).toEqual([{ window: '5h', used: 0.02 }])
      used = {}
      await say()
      expect(await shown()).toEqual([{ window: '5h', used: 0.02 }])
    })

    it('no longer than until its reset', async () => {
      const { clock } = await spend()
      clock.pass(3_600_000)
      expect(await shown()).toEqual([])
    })
  })

  describe('HANDOVER_AT', () => {
    const result = {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_cloud', content: 'Sunny.' }],
    }
    const made = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_cloud', name: 'f', input: {} }] }
    const giveResult = (): Promise<Told> => {
      const { endpoint, headers, body } = dialects.anthropic
      const messages = [{ role: 'user', content: 'Hi' }, made, result]
      const request = { ...body('', false), tools: [{ name: 'f', input_schema: { type: 'object' } }], messages }
      return told(fetch(trooper!.url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) }))
    }

    it('moves to the local model between two turns, not inside a tool loop, until the quota is full again', async () => {
      const { clock } = await startAt({ HANDOVER_AT: '95' })
      expect(await say()).toMatchObject({ text: 'From the cloud.' })
      expect(await giveResult()).toMatchObject({ text: 'From the cloud.' })
      expect(await say()).toMatchObject({ text: planted.localAnswer, reason: 'handover' })
      expect(answers).toBe(2)
      clock.pass(3_600_000)
      expect(await say()).toMatchObject({ text: 'From the cloud.' })
    })

    it('is no reason to leave the app without an answer', async () => {
      await startAt({ HANDOVER_AT: '95' })
      await say()
      await ollama.play({ mode: 'not-pulled' })
      expect(await say()).toMatchObject({ text: 'From the cloud.' })
    })

    it('is off by default', async () => {
      await startAt({})
      for (let at = 0; at < 3; at += 1) expect(await say()).toMatchObject({ text: 'From the cloud.' })
    })
  })
})
