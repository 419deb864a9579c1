/** `/metrics` of the running program, read as Prometheus reads it, and by whom it may be read. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPrometheusParser, hasPromtool, parsePrometheus, promtool } from '../clients/parsers.ts'
import { keyOf, readPrometheus } from '../fakes/prometheus-text.ts'
import { planted } from '../secrets.ts'
import { ask, dialectNames, localModel, startStage, startTrooper, type RunningTrooper, type Stage } from './trooper.ts'

let stage: Stage
let text: string
beforeAll(async () => {
  stage = await startStage('/v1/messages', { JOURNAL: '0', PRIMARY_PROVIDER: 'anthropic' })
  const { url } = stage.trooper
  for (const stream of [true, false]) for (const dialect of dialectNames) await (await ask(url, dialect, stream)).text()
  await stage.provider.play({ mode: 'anthropic-overloaded', times: 1 }, { mode: 'ok' })
  await (await ask(url, 'openai-chat', true)).text()
  await stage.provider.play({ mode: 'anthropic-bad-key' })
  await (await ask(url, 'anthropic', true)).text()
  const response = await scrape(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  text = await response.text()
})
afterAll(() => stage.stop())

function scrape(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/metrics`, init)
}

function values(): Record<string, number> {
  return Object.fromEntries(readPrometheus(text).samples.map(({ name, labels, value }) => [keyOf(name, labels), value]))
}

describe('what the running program tells Prometheus', () => {
  it('is what happened, also where no journal is kept', () => {
    expect(values()).toMatchObject({
      'trooper_exchanges_total{about="conversation",dialect="anthropic",outcome="answered"}': 2,
      'trooper_exchanges_total{about="conversation",dialect="anthropic",outcome="failed"}': 1,
      'trooper_exchanges_total{about="conversation",dialect="openai-chat",outcome="answered"}': 2,
      'trooper_exchanges_total{about="conversation",dialect="openai-chat",outcome="fallback"}': 1,
      'trooper_exchanges_total{about="conversation",dialect="openai-responses",outcome="answered"}': 2,
      'trooper_fallbacks_total{dialect="openai-chat",reason="overloaded",target="local/qwen2.5:3b"}': 1,
      'trooper_attempt_failures_total{dialect="anthropic",reason="bad-key",target="primary"}': 1,
      'trooper_exchange_first_content_seconds_count{dialect="anthropic",outcome="answered"}': 1,
      'trooper_exchanges_in_flight{dialect="anthropic"}': 0,
      'trooper_target_reachable{target="primary"}': 1,
      'trooper_override{mode="auto"}': 1,
    })
    expect(values()['trooper_tokens_total{direction="output",target="primary"}']).toBeGreaterThan(0)
    expect(values()['trooper_cost_usd_total{target="primary"}']).toBeGreaterThan(0)
    expect(values()['trooper_not_spent_unknown_total{}']).toBe(1)
  })

  it('begins at zero, as Prometheus does not see how much there is of a series that appears', async () => {
    await withTrooper({ FALLBACK_MODEL: localModel }, async ({ url }) => {
      const { samples } = readPrometheus(await (await scrape(url)).text())
      const told = Object.fromEntries(samples.map(({ name, labels, value }) => [keyOf(name, labels), value]))
      expect(told).toMatchObject({
        'trooper_exchanges_total{about="conversation",dialect="openai-chat",outcome="failed"}': 0,
        [`trooper_omitted_tokens_total{target="local/${localModel}"}`]: 0,
        'trooper_cost_usd_total{target="primary"}': 0,
      })
    })
    expect(values()).toMatchObject({
      'trooper_exchange_failures_total{dialect="openai-responses",reason="timeout"}': 0,
      [`trooper_fallbacks_total{dialect="openai-responses",reason="timeout",target="local/${localModel}"}`]: 0,
      'trooper_attempt_failures_total{dialect="openai-responses",reason="timeout",target="primary"}': 0,
      'trooper_skips_total{dialect="openai-responses",reason="quota-spent",target="primary"}': 0,
    })
    expect(Object.keys(values()).filter((key) => key.includes('reason') && key.includes('ollama'))).toEqual([])
  })

  it('tells of the process and its event loop', () => {
    const told = values()
    expect(told['process_resident_memory_bytes{}']).toBeGreaterThan(10_000_000)
    expect(Object.keys(told)).toEqual(
      expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds{}', 'process_cpu_seconds_total{}']),
    )
    const versions = /trooper_build_info\{version="([^"]+)",node="([^"]+)"\} 1/.exec(text)?.slice(1)
    expect(versions).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/), process.version])
  })

  it('names nothing that a client wrote', () => {
    for (const secret of Object.values(planted)) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/claude-sonnet|gpt-4/)
  })

  const parser = hasPrometheusParser()
  if (parser !== true) it.skip(`skipped: ${parser.skip}`)
  else
    it('means the same to the parser of Prometheus’s own client', () => {
      const theirs = parsePrometheus(text).map(({ name, labels, value }) => [keyOf(name, labels), Number(value)])
      const ours = readPrometheus(text).samples.map(({ name, labels, value }) => [keyOf(name, labels), value])
      const [one, other] = [Object.fromEntries(theirs), Object.fromEntries(ours)]
      expect(Object.keys(one).sort()).toEqual(Object.keys(other).sort())
      for (const [key, value] of Object.entries(other)) if (!Number.isNaN(value)) expect(one[key], key).toBe(value)
    })

  const tool = hasPromtool()
  if (tool !== true) it.skip(`skipped: ${tool.skip}`)
  else
    it('is named as Prometheus wants it', () => {
      const own = text.split('\n\n').filter((family) => family.includes('trooper_'))
      expect(promtool(['check', 'metrics'], `${own.join('\n')}\n`)).toBe('')
    })
})

describe('/metrics', () => {
  const status = (url: string, headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request(`${url}/metrics`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asked.on('error', reject)
      asked.end()
    })

  it('is for this machine’s names only, and for no other site’s page', async () => {
    const { url } = stage.trooper
    expect(await status(url, { host: 'evil.example' })).toBe(403)
    expect(await status(url, { origin: 'https://evil.example' })).toBe(403)
    expect(await status(url, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe(403)
    expect(await status(url, {})).toBe(200)
  })

  it('may be asked for its head', async () => {
    const response = await scrape(stage.trooper.url, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect((await scrape(stage.trooper.url, { method: 'POST' })).status).toBe(404)
  })

  it('wants the token where there is one, as Prometheus sends it', async () => {
    await withTrooper({ TROOPER_TOKEN: planted.token, PRIMARY_API_KEY: planted.primaryKey }, async ({ url }) => {
      expect((await scrape(url)).status).toBe(401)
      expect((await scrape(url, { headers: { authorization: `Bearer ${planted.token}` } })).status).toBe(200)
    })
  })

  it('is not there when it is switched off', async () => {
    await withTrooper({ METRICS: 'off' }, async ({ url }) => {
      const response = await scrape(url)
      expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('METRICS=on')])
    })
  })
})

async function withTrooper(
  env: Record<string, string>,
  use: (trooper: RunningTrooper) => Promise<void>,
): Promise<void> {
  const trooper = await startTrooper(env)
  try {
    await use(trooper)
  } finally {
    await trooper.process.stop()
  }
}
