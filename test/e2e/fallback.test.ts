import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { ask, dialectNames, dialects, localModel, startStage, startTrooper, textOf, type Stage } from './trooper.ts'

/** Behaviours of a provider after which the local model answers, and the reason that the answer gives. */
const failures: Record<(typeof dialectNames)[number], [name: string, behaviour: ProviderBehaviour, reason: string][]> =
  {
    anthropic: [
      ['credit spent (a 400)', { mode: 'anthropic-credit' }, 'quota-spent'],
      ['own usage limit (a 400)', { mode: 'anthropic-usage-limit' }, 'quota-spent'],
      ['monthly cap of the tier', { mode: 'anthropic-tier-cap' }, 'quota-spent'],
      ["a subscription's window", { mode: 'anthropic-subscription' }, 'quota-spent'],
      ['rate limit', { mode: 'anthropic-rate-limit', retryAfter: '30' }, 'rate-limited'],
      ['overload', { mode: 'anthropic-overloaded' }, 'overloaded'],
      ['reset before the answer', { mode: 'reset' }, 'network'],
      ['error body in a 200', { mode: 'error-in-200-json' }, 'overloaded'],
    ],
    'openai-chat': [
      ['insufficient quota', { mode: 'openai-quota' }, 'quota-spent'],
      ['rate limit', { mode: 'openai-rate-limit', retryAfter: '30' }, 'rate-limited'],
      ['overload', { mode: 'openai-overloaded' }, 'overloaded'],
      ['Groq daily limit', { mode: 'groq-daily' }, 'quota-spent'],
      ['Groq over capacity', { mode: 'groq-over-capacity' }, 'overloaded'],
      ['Mistral rate limit', { mode: 'mistral-rate-limit' }, 'rate-limited'],
      ['Mistral payment', { mode: 'mistral-payment' }, 'quota-spent'],
      ['Together credit', { mode: 'together-credit' }, 'quota-spent'],
      ['Gemini daily quota (a JSON array)', { mode: 'gemini-quota' }, 'quota-spent'],
      ['OpenRouter credit', { mode: 'openrouter-credit' }, 'quota-spent'],
      ['DeepSeek balance', { mode: 'deepseek-balance' }, 'quota-spent'],
      ['xAI credit', { mode: 'xai-credit' }, 'quota-spent'],
      ['Azure rate limit', { mode: 'azure-rate-limit' }, 'rate-limited'],
      ['reset before the answer', { mode: 'reset' }, 'network'],
    ],
    'openai-responses': [
      ['insufficient quota', { mode: 'openai-quota' }, 'quota-spent'],
      ['rate limit', { mode: 'openai-rate-limit', retryAfter: '30' }, 'rate-limited'],
      ['overload', { mode: 'openai-overloaded' }, 'overloaded'],
      ['reset before the answer', { mode: 'reset' }, 'network'],
    ],
  }

const ownId = /^trooper-fallback-[0-9a-f]{24}$/

describe.each(dialectNames)('a %s client', (dialect) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(dialects[dialect].endpoint, { WAIT_MAX: '0' })
  })
  afterAll(() => stage.stop())

  /** Each case is another customer: what is remembered of one must not hide the next. */
  let customer = 0
  const askAsNewCustomer = (stream: boolean): Promise<Response> => {
    customer += 1
    const { endpoint, headers, body } = dialects[dialect]
    const key = `${planted.clientKey}-${customer}`
    const credential = 'x-api-key' in headers ? { 'x-api-key': key } : { authorization: `Bearer ${key}` }
    return fetch(stage.trooper.url + endpoint, {
      method: 'POST',
      headers: { ...headers, ...credential },
      body: JSON.stringify(body(planted.prompt, stream)),
    })
  }

  beforeEach(async () => {
    await stage.provider.reset()
    await stage.ollama.reset()
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  })

  describe.each(failures[dialect])('after %s', (_name, behaviour, reason) => {
    it.each([false, true])('is answered by the local model in its own dialect (stream=%s)', async (stream) => {
      await stage.provider.play(behaviour)
      const response = await askAsNewCustomer(stream)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(stream ? /^text\/event-stream/ : /^application\/json/)
      expect(response.headers.get('x-trooper-fallback')).toBe(localModel)
      expect(response.headers.get('x-trooper-provider')).toBe(`local/${localModel}`)
      expect(response.headers.get('x-trooper-reason')).toBe(reason)
      expect(textOf(await response.text())).toBe(planted.localAnswer)
      const [seen] = await stage.ollama.requests('/api/chat')
      expect(JSON.parse(seen?.bodyText ?? '{}').messages).toEqual([
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: planted.prompt },
      ])
    })
  })

  it('is answered by the local model when the first thing in a stream is an error', async () => {
    await stage.provider.play({ mode: 'error-first' })
    const response = await askAsNewCustomer(true)
    expect(textOf(await response.text())).toBe(planted.localAnswer)
  })

  it('is answered by the local model when a stream ends before it said anything', async () => {
    await stage.provider.play({ mode: 'end-midstream', chunks: 0 })
    const response = await askAsNewCustomer(true)
    expect(textOf(await response.text())).toBe(planted.localAnswer)
  })

  it('never gets two answers under one id, as agents take them for one', async () => {
    await stage.provider.play({ mode: 'reset' })
    const ids = new Set<string>()
    for (const stream of [false, true, false, true]) {
      const text = await (await askAsNewCustomer(stream)).text()
      ids.add(/"id": ?"((?:trooper-fallback-|resp_)\w+)"/.exec(text)?.[1] ?? '')
    }
    expect(ids.size).toBe(4)
    expect(ids).not.toContain('')
  })

  it('sends the local engine none of its credentials', async () => {
    await stage.provider.play({ mode: 'reset' })
    await askAsNewCustomer(false)
    const [seen] = await stage.ollama.requests('/api/chat')
    expect(JSON.stringify(seen)).not.toContain(planted.clientKey)
  })
})

describe('an answer of the local model to a Messages client', () => {
  it('looks like one of the provider, and counts real tokens', async () => {
    const stage = await startStage('/v1/messages')
    await stage.provider.play({ mode: 'anthropic-credit' })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    const answer: { usage: { output_tokens: number } } = JSON.parse(
      await (await ask(stage.trooper.url, 'anthropic', false)).text(),
    )
    const [seen] = await stage.ollama.requests('/api/chat')
    expect(answer).toEqual({
      id: expect.stringMatching(ownId),
      type: 'message',
      role: 'assistant',
      model: localModel,
      content: [{ type: 'text', text: planted.localAnswer }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: seen?.prompt?.evaluated,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: null,
        output_tokens: expect.any(Number),
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: null,
        inference_geo: null,
        speed: null,
      },
    })
    expect(answer.usage.output_tokens).toBeGreaterThan(3)
    await stage.stop()
  })
})

describe('a primary that cannot be reached', () => {
  it.each([
    ['refused', 'http://127.0.0.1:9/v1/messages'],
    ['an unknown name', 'http://no-such-host.invalid/v1/messages'],
    ['no TLS where TLS is expected', 'tls'],
  ])('is replaced by the local model: %s', async (_name, url) => {
    const stage = await startStage('/v1/messages')
    const primary = url === 'tls' ? `${stage.provider.url.replace('http:', 'https:')}/v1/messages` : url
    const trooper = await startTrooper({ PRIMARY_URL: primary, FALLBACK_URL: `${stage.ollama.url}/api/chat` })
    const response = await ask(trooper.url, 'anthropic', false)
    expect(response.headers.get('x-trooper-reason')).toBe('network')
    expect(response.status).toBe(200)
    await trooper.process.stop()
    await stage.stop()
  })
})

describe.each(dialectNames)('a %s client, with SEAM=off', (dialect) => {
  it.each(['end-midstream', 'reset-midstream', 'error-midstream'] as const)(
    'is told of a fault after the first words of a stream, never left with a silent end: %s',
    async (mode) => {
      const stage = await startStage(dialects[dialect].endpoint, { SEAM: 'off' })
      await stage.provider.play({ mode, chunks: 2, text: 'one two three four' })
      const text = await (await ask(stage.trooper.url, dialect, true)).text()
      expect(text).toContain('one')
      expect(text.trimEnd().split('\n\n').at(-1)).toContain('"error"')
      await stage.stop()
    },
  )
})
