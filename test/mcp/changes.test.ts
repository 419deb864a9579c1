/** What an agent may change where its person allowed it, and what a change does to the apps behind Trooper. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '@modelcontextprotocol/client'
import { scenarios } from '../../src/drill/scenarios.ts'
import { ask, localModel } from '../e2e/trooper.ts'
import { planted } from '../secrets.ts'
import { connect, Progress, startMcpStage, use, type McpStage, type Way } from './agent.ts'

const allowed = { TROOPER_MCP_WRITE: 'on' }
const ways: Way[] = [
  { transport: 'http', era: 'auto' },
  { transport: 'stdio', era: 'legacy' },
]

let stage: McpStage
beforeAll(async () => {
  stage = await startMcpStage(allowed)
})
afterAll(() => stage.stop())

const answererOf = async (): Promise<string | null> => {
  const answer = await ask(stage.trooper.url, 'anthropic', false)
  await answer.text()
  return answer.headers.get('x-trooper-fallback')
}

describe.each(ways)('over $transport', (way) => {
  let client: Client
  beforeAll(async () => {
    client = await connect(way, stage, allowed)
  })
  afterAll(() => client.close())
  beforeEach(async () => {
    await Promise.all([stage.provider.reset(), stage.ollama.reset()])
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  })
  afterEach(async () => {
    await use(client, 'clear_override')
    await use(client, 'probe')
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await answererOf()).toBeNull()
  })

  it('the override counts from the next request on, for as long as was said, and until it is cleared', async () => {
    expect(await answererOf()).toBeNull()
    const { text, fields } = await use(client, 'set_override', { mode: 'local', minutes: 90 })
    expect(text).toMatch(/^Set by an agent: only local models are asked, until \S+Z, in 1 h 2?[0-9]+ min|in 1 h 30 min/)
    expect(fields).toMatchObject({ mode: 'local', until: expect.stringMatching(/Z$/) })
    expect(await answererOf()).toBe(localModel)
    expect((await use(client, 'status')).fields).toMatchObject({ override: { mode: 'local', by: 'agent' } })
    expect((await use(client, 'explain_exchange')).text).toContain('set aside by an agent')
    const { process } = stage.trooper
    await process.line(
      (line) => line.endsWith('Only local models are asked for 90 min, as was set by an agent') || undefined,
    )
    expect((await use(client, 'clear_override')).fields).toEqual({ summary: expect.any(String), mode: 'auto' })
    expect(await answererOf()).toBeNull()
  })

  it('an override without an end is one', async () => {
    const { fields } = await use(client, 'set_override', { mode: 'primary' })
    expect(fields).toEqual({
      summary: 'Set by an agent: the primary is asked whatever is known of it, until somebody clears it.',
      mode: 'primary',
    })
  })

  it('a probe has the next request of an app try a provider that rests', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    expect(await answererOf()).toBe(localModel)
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(await answererOf()).toBe(localModel)
    expect((await use(client, 'probe', { target: 'primary' })).fields).toEqual({
      summary: 'The next request of an app asks primary again.',
      due: ['primary'],
    })
    expect(await answererOf()).toBeNull()
    expect((await use(client, 'probe')).text).toBe('Nobody is left alone.')
  })

  it('a target that there is none of is named with those that there are', async () => {
    for (const name of ['probe', 'warm']) {
      const { isError, text } = await use(client, name, { target: 'nobody' })
      expect([isError, text]).toEqual([true, expect.stringMatching(/^There is no such target here; use one of .*qwen/)])
    }
  })

  it('plays one scenario of the drill, and asks nobody real for it', async () => {
    const one = await use(client, 'drill', { scenario: 'quota-spent' })
    expect(one.fields).toMatchObject({
      ok: true,
      local_model: expect.stringContaining('stand-in'),
      scenarios: [{ name: 'quota-spent', ok: true, outcomes: ['local'] }],
    })
    expect(one.text).toMatch(/^1 scenario played: every app got a whole answer/)
    expect(await stage.provider.requests()).toEqual([])
  })

  it('ends a drill that its agent does not wait for', async () => {
    const leave = new AbortController()
    const progress = new Progress()
    const drilled = use(client, 'drill', {}, { onprogress: progress.onprogress, signal: leave.signal })
    await progress.saying(/^1 of /)
    leave.abort()
    await expect(drilled).rejects.toThrow()
    // Another one may begin: the first is over.
    let next = await use(client, 'drill', { scenario: 'quota-spent' })
    while (next.isError) next = await use(client, 'drill', { scenario: 'quota-spent' })
    expect(next.fields).toMatchObject({ ok: true })
  })
})

describe('a model that is not in memory', () => {
  let cold: McpStage
  beforeEach(async () => {
    cold = await startMcpStage(allowed)
  })
  afterEach(() => cold.stop())

  it.each(ways)('is warmed over $transport, with word of how far that is', async (way) => {
    const client = await connect(way, cold, allowed)
    await cold.ollama.play({ mode: 'slow-load', path: '/api/generate', times: 1 }, { mode: 'ok' })
    const progress = new Progress()
    const warmed = use(client, 'warm', {}, { onprogress: progress.onprogress })
    await progress.saying(/^local\/qwen2\.5:3b is being loaded, for /)
    expect((await use(client, 'status')).fields).toMatchObject({ engines: [{ state: 'loading' }] })
    await cold.ollama.journalWhen(({ requests }) => requests.some(({ url }) => url === '/api/generate'))
    await cold.ollama.release()
    expect(await warmed).toMatchObject({
      isError: false,
      text: expect.stringMatching(/^local\/qwen2\.5:3b is in memory \(/),
      fields: { target: `local/${localModel}` },
    })
    const status = async () => (await use(client, 'status')).fields
    // What an engine has not said within moments is not waited for.
    await expect.poll(status).toMatchObject({ engines: [{ state: 'loaded' }] })
    await client.close()
  })
})

it('the whole drill is told scenario by scenario', async () => {
  const client = await connect({ transport: 'http', era: 'legacy' }, stage)
  const progress = new Progress()
  const all = await use(client, 'drill', {}, { onprogress: progress.onprogress, timeout: 120_000 })
  expect(all.fields).toMatchObject({ ok: true })
  expect(progress.told.at(-1)).toMatch(/^(\d+) of \1: /)
  expect(all.text.split('\n')).toHaveLength(scenarios.length + 2)
  await client.close()
}, 120_000)
