/** The server of llama.cpp itself: what the fake was made after, and what Trooper takes it for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { realClock } from '../../src/clock.ts'
import { createEngines } from '../../src/engines/engines.ts'
import { thisMachine } from '../../src/engines/memory.ts'
import { encodeFor } from '../../src/engines/own-request.ts'
import type { Target } from '../../src/routing/target.ts'
import { createPools } from '../../src/upstream/pools.ts'
import { llamaServerAvailable, startRealLlamaServer, type RealLlamaServer } from '../clients/llama-server.ts'
import { startProvider, type FakeProvider } from '../fakes/start.ts'
import { noTokenizers } from '../no-tokenizers.ts'
import { plainRequest } from '../plain-request.ts'
import { dialects, startTrooper, textOf, type RunningTrooper, type TestedDialect } from './trooper.ts'

const usable = llamaServerAvailable()
if (usable !== true) console.warn(`The real llama-server is skipped: ${usable.skip}`)

const windowTokens = 1024
const turns = { tiny: 'Say something.', long: 'word '.repeat(3000) }

/** A conversation in each dialect, with a short answer. */
const bodies: { readonly [D in TestedDialect]: (text: string, stream: boolean) => object } = {
  anthropic: (text, stream) => ({ model: 'm', max_tokens: 16, messages: [{ role: 'user', content: text }], stream }),
  'openai-chat': (text, stream) => ({
    model: 'm',
    max_completion_tokens: 16,
    messages: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: text },
    ],
    stream,
  }),
  'openai-responses': (text, stream) => ({ model: 'm', max_output_tokens: 16, input: text, stream }),
}

describe.skipIf(usable !== true)('the real llama-server', () => {
  let server: RealLlamaServer
  let provider: FakeProvider
  beforeAll(async () => {
    ;[server, provider] = await Promise.all([startRealLlamaServer(windowTokens), startProvider()])
  })
  beforeEach(() => provider.reset())
  afterAll(() => Promise.all([server.stop(), provider.stop()]))

  const before = (dialect: TestedDialect): Promise<RunningTrooper> =>
    startTrooper({ PRIMARY_URL: `${provider.url}${dialects[dialect].endpoint}`, FALLBACK_URL: server.url })
  const post = (trooper: RunningTrooper, dialect: TestedDialect, text: string, stream: boolean): Promise<Response> =>
    fetch(trooper.url + dialects[dialect].endpoint, {
      method: 'POST',
      headers: dialects[dialect].headers,
      body: JSON.stringify(bodies[dialect](text, stream)),
    })

  it.each(['anthropic', 'openai-chat', 'openai-responses'] as const)(
    'is known by its origin, and answers a client of %s, streaming or not',
    async (dialect) => {
      await provider.play({ mode: dialect === 'anthropic' ? 'anthropic-overloaded' : 'openai-overloaded' })
      const trooper = await before(dialect)
      for (const stream of [false, true]) {
        const response = await post(trooper, dialect, turns.tiny, stream)
        expect(response.status).toBe(200)
        expect(response.headers.get('x-trooper-fallback')).toBe('tiny.gguf')
        expect(textOf(await response.text())).not.toBe('')
      }
      await trooper.process.line((line) => (line.includes('llama-server') ? true : undefined))
      await trooper.process.stop()
    },
  )

  it('goes on with an answer that a provider began, and what it says again is not said twice', async () => {
    await provider.play({ mode: 'reset-midstream', text: 'One, two, three, four, five.', chunks: 2 })
    const trooper = await before('anthropic')
    const said = textOf(await (await post(trooper, 'anthropic', turns.tiny, true)).text())
    expect(said).toMatch(/^One, two,./s)
    expect(said.split('One, two,')).toHaveLength(2)
    await trooper.process.stop()
  })

  describe('as an engine', () => {
    const pools = createPools(1000)
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const engines = createEngines({
      pools,
      clock: realClock,
      log,
      machine: thisMachine,
      contextMax: undefined,
      tokenizers: noTokenizers,
    })
    afterAll(() => pools.destroy())

    const target = (): Target => ({
      name: 'local/tiny',
      kind: 'local',
      dialect: 'openai-chat',
      speaks: ['openai-chat'],
      url: { origin: server.url, base: '/v1', query: '', text: server.url },
      model: 'tiny.gguf',
    })

    it('tells its window, what it can do, and that it is ready', async () => {
      const engine = await engines.at(target())
      expect(engine.name).toBe('llama-server')
      expect(await engine.windowFor(10, target())).toBe(windowTokens)
      expect(await engine.state(target())).toEqual({ is: 'loaded', windowTokens })
      expect(await engine.facts(target())).toMatchObject({
        can: { tools: true, vision: false, prefill: 'repeats-it-first' },
        limitTokens: 4096,
      })
      expect(await engine.models(target())).toMatchObject([{ name: 'tiny.gguf', isChat: true, isLoaded: true }])
    })

    it('counts as it reads', async () => {
      const engine = await engines.at(target())
      const tool = { type: 'function', name: 'weather', inputSchema: { type: 'object', properties: {} } } as const
      for (const request of [plainRequest, { ...plainRequest, tools: [tool] }]) {
        const counted = await engine.count(request, target())
        const body = { ...encodeFor('openai-chat', { ...request, stream: false }), max_tokens: 1 }
        const response = await fetch(`${server.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        expect(await response.json()).toMatchObject({ usage: { prompt_tokens: counted } })
      }
    })

    it('reads a conversation ahead', async () => {
      const engine = await engines.at(target())
      expect(await engine.warm(target(), windowTokens, plainRequest)).toBe(true)
    })
  })

  it('gets what fits its window, by its own count, and never says that it is too long', async () => {
    await provider.play({ mode: 'anthropic-overloaded' })
    const trooper = await before('anthropic')
    const response = await post(trooper, 'anthropic', turns.long, false)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-trooper-omitted')).toMatch(/ \d+ tokens/)
    await trooper.process.stop()
  })
})
