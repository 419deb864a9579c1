import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { ask, dialects, startStage, startTrooper, textOf, type Stage } from './trooper.ts'

describe('a conversation that goes to Ollama', () => {
  let stage: Stage
  beforeAll(async () => {
    // Made for 131,072 tokens.
    stage = await startStage('/v1/messages', { FALLBACK_MODEL: 'gemma3:4b' })
  })
  afterAll(() => stage.stop())
  beforeEach(async () => {
    await stage.ollama.reset()
    await stage.provider.play({ mode: 'anthropic-overloaded' })
  })

  const post = (messages: object[], maxTokens = 500): Promise<Response> =>
    fetch(`${stage.trooper.url}/v1/messages`, {
      method: 'POST',
      headers: dialects.anthropic.headers,
      body: JSON.stringify({ model: 'claude', max_tokens: maxTokens, messages }),
    })

  it('may never be cut: Trooper asks for a window that holds all of it, and the answer', async () => {
    const long = 'word '.repeat(8000)
    expect((await post([{ role: 'user', content: long }])).status).toBe(200)
    const [seen] = await stage.ollama.requests('/api/chat')
    const body = JSON.parse(seen!.bodyText)
    expect(body).toMatchObject({ truncate: false, shift: false, keep_alive: '30m', stream: true })
    expect(body.options.num_ctx).toBeGreaterThan(seen!.prompt!.tokens + 500)
    expect(body.messages.at(-1).content).toBe(long)
    expect(seen!.prompt).toMatchObject({ truncated: false, droppedMessages: 0 })
  })

  it('keeps one window as it grows and shrinks, since each change of it loads the model anew', async () => {
    await post([{ role: 'user', content: 'word '.repeat(8000) }])
    for (const length of [10, 3000, 100]) await post([{ role: 'user', content: 'word '.repeat(length) }])
    const { loads } = await stage.ollama.journal()
    expect(loads).toHaveLength(1)
  })

  it('that counts more tokens than estimated is asked again with the size that Ollama measured', async () => {
    // As many tokens as fill the window are more than twice as many as were estimated.
    await stage.ollama.play({ mode: 'overflow', times: 1 }, { mode: 'ok', text: planted.localAnswer })
    const response = await post([{ role: 'user', content: 'word '.repeat(12_000) }])
    expect(textOf(await response.text())).toBe(planted.localAnswer)
    const windows = (await stage.ollama.requests('/api/chat')).map((seen) => JSON.parse(seen.bodyText).options.num_ctx)
    expect(windows).toHaveLength(2)
    expect(windows[1]).toBeGreaterThan(windows[0])
  })
})

describe('when Ollama fails too', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
  })
  afterAll(() => stage.stop())

  const failing: [OllamaBehaviour, string][] = [
    [{ mode: 'not-pulled' }, 'ollama pull qwen2.5:3b'],
    [{ mode: 'ends-silently', chunks: 1 }, 'broken answer'],
    [{ mode: 'error-line-first' }, 'server error'],
    [{ mode: 'error-line', chunks: 1 }, 'server error'],
    [{ mode: 'busy' }, 'overloaded'],
    [{ mode: 'load-failed' }, 'server error'],
    [{ mode: 'reset' }, 'connection reset'],
  ]

  it.each(failing)(
    '(%o) the client gets the provider’s own answer, with the story beside it',
    async (behaviour, words) => {
      await stage.provider.reset()
      await stage.provider.play({ mode: 'anthropic-overloaded' })
      await stage.ollama.reset()
      await stage.ollama.play(behaviour)
      const direct = await ask(stage.provider.url, 'anthropic', false)
      const response = await ask(stage.trooper.url, 'anthropic', false)
      expect(response.status).toBe(529)
      expect(await response.text()).toBe(await direct.text())
      expect(response.headers.get('x-trooper-tried')).toContain('primary: 529 overloaded')
      expect(response.headers.get('x-trooper-tried')).toContain(words)
      await stage.trooper.process.line((line) => (line.includes(words) ? true : undefined))
    },
  )

  it('a client whose provider never answered gets a 502 in its dialect that names what was tried', async () => {
    const trooper = await startTrooper({
      PRIMARY_URL: 'http://127.0.0.1:9/v1/messages',
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    })
    await stage.ollama.play({ mode: 'not-pulled' })
    const response = await ask(trooper.url, 'anthropic', true)
    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({
      type: 'error',
      error: {
        type: 'api_error',
        message: expect.stringMatching(
          /primary: connection refused; local\/qwen2\.5:3b: 404 unknown model \(run: ollama pull qwen2\.5:3b\)/,
        ),
      },
      request_id: null,
    })
    await trooper.process.stop()
  })

  it('the next model of FALLBACK_MODEL answers', async () => {
    const trooper = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      FALLBACK_MODEL: 'not-here:1b, qwen3:8b',
    })
    await stage.ollama.reset()
    await stage.provider.play({ mode: 'anthropic-overloaded' })
    const response = await ask(trooper.url, 'anthropic', false)
    expect(response.headers.get('x-trooper-fallback')).toBe('qwen3:8b')
    await trooper.process.stop()
  })

  it('a request with a fault of its own gets a 400 that says where, not the 502', async () => {
    const trooper = await startTrooper({
      PRIMARY_URL: 'http://127.0.0.1:9/v1/messages',
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    })
    const response = await fetch(`${trooper.url}/v1/messages`, {
      method: 'POST',
      headers: dialects.anthropic.headers,
      body: '{"model":"m"}',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: 'messages: field required' },
    })
    await trooper.process.stop()
  })
})

describe('a local server of the Chat Completions dialect', () => {
  it('is a fallback for every client', async () => {
    // The fake provider stands in for it: same wire.
    const stage = await startStage('/v1/messages')
    const trooper = await startTrooper({
      PRIMARY_URL: 'http://127.0.0.1:9/v1/messages',
      FALLBACK_URL: `${stage.provider.url}/v1/chat/completions`,
      FALLBACK_MODEL: 'gpt-local',
      FALLBACK_API_KEY: planted.primaryKey,
    })
    await stage.provider.play({ mode: 'ok', text: planted.localAnswer })
    for (const dialect of ['anthropic', 'openai-chat', 'openai-responses'] as const) {
      for (const stream of [false, true]) {
        const response = await ask(trooper.url, dialect, stream)
        expect(response.headers.get('x-trooper-fallback')).toBe('gpt-local')
        expect(textOf(await response.text())).toBe(planted.localAnswer)
      }
    }
    const [seen] = await stage.provider.requests('/chat/completions')
    expect(seen!.rawHeaders).toContain(`Bearer ${planted.primaryKey}`)
    await trooper.process.stop()
    await stage.stop()
  })
})
