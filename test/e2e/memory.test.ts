import { describe, expect, it } from 'vitest'
import { startOllama, startProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startInside } from './inside.ts'
import { ask, dialects, startStage, textOf } from './trooper.ts'

describe('the story of a quota', () => {
  it('is told with every word of the conversation: pizza', async () => {
    const stage = await startStage('/v1/messages')
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer, times: 1 }, { mode: 'anthropic-credit' })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })

    const first = await ask(stage.trooper.url, 'anthropic', false, planted.prompt)
    expect(textOf(await first.text())).toBe(planted.cloudAnswer)

    const history = [
      { role: 'user', content: planted.prompt },
      { role: 'assistant', content: [{ type: 'text', text: planted.cloudAnswer }] },
      { role: 'user', content: planted.question },
    ]
    const second = await fetch(`${stage.trooper.url}/v1/messages`, {
      method: 'POST',
      headers: dialects.anthropic.headers,
      body: JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 100, messages: history }),
    })
    expect(textOf(await second.text())).toBe(planted.localAnswer)
    const [seen] = await stage.ollama.requests('/api/chat')
    expect(JSON.parse(seen!.bodyText).messages).toEqual([
      { role: 'user', content: planted.prompt },
      { role: 'assistant', content: planted.cloudAnswer },
      { role: 'user', content: planted.question },
    ])
    await stage.stop()
  })

  it('leaves a spent primary alone until its reset, and then returns to it', async () => {
    const [provider, ollama] = await Promise.all([startProvider(), startOllama()])
    const urls = { PRIMARY_URL: `${provider.url}/v1/messages`, FALLBACK_URL: `${ollama.url}/api/chat` }
    const trooper = await startInside({ ...urls, WAIT_MAX: '0' })
    await provider.play(
      { mode: 'anthropic-rate-limit', retryAfter: '2', times: 1 },
      { mode: 'ok', text: planted.cloudAnswer },
    )
    const asked = (): Promise<number> => provider.requests('/messages').then((requests) => requests.length)

    const local = await ask(trooper.url, 'anthropic', false)
    expect(local.headers.get('x-trooper-reason')).toBe('rate-limited')
    trooper.clock.pass(1999)
    const resting = await ask(trooper.url, 'anthropic', false)
    expect(resting.headers.get('x-trooper-reason')).toBe('rate-limited')
    expect(await asked()).toBe(1)

    trooper.clock.pass(1)
    const response = await ask(trooper.url, 'anthropic', false)
    expect(textOf(await response.text())).toBe(planted.cloudAnswer)
    expect(await asked()).toBe(2)
    await Promise.all([trooper.stop(0), provider.stop(), ollama.stop()])
  })

  it('of one model or one customer is not the story of another', async () => {
    const stage = await startStage('/v1/messages', { WAIT_MAX: '0' })
    await stage.provider.play({ mode: 'anthropic-rate-limit', retryAfter: '60', times: 1 }, { mode: 'ok' })
    const post = (model: string, key: string): Promise<Response> =>
      fetch(`${stage.trooper.url}/v1/messages`, {
        method: 'POST',
        headers: { ...dialects.anthropic.headers, 'x-api-key': key },
        body: JSON.stringify({ ...dialects.anthropic.body('hi', false), model }),
      })
    expect((await post('claude-opus', 'key-1')).headers.has('x-trooper-fallback')).toBe(true)
    expect((await post('claude-opus', 'key-1')).headers.has('x-trooper-fallback')).toBe(true)
    expect((await post('claude-haiku', 'key-1')).headers.has('x-trooper-fallback')).toBe(false)
    expect((await post('claude-opus', 'key-2')).headers.has('x-trooper-fallback')).toBe(false)
    await stage.stop()
  })

  it('waits out a limit that clears within WAIT_MAX, and asks again', async () => {
    const stage = await startStage('/v1/messages', { WAIT_MAX: '5' })
    await stage.provider.play(
      { mode: 'anthropic-rate-limit', retryAfter: '1', times: 1 },
      { mode: 'ok', text: planted.cloudAnswer },
    )
    const response = await ask(stage.trooper.url, 'anthropic', false)
    expect(textOf(await response.text())).toBe(planted.cloudAnswer)
    expect(await stage.provider.requests('/messages')).toHaveLength(2)
    await stage.stop()
  })
})

describe('a status in QUOTA_STATUS_CODES', () => {
  it('means fallback, a 5xx after one more try', async () => {
    const stage = await startStage('/v1/messages', { QUOTA_STATUS_CODES: '500,429' })
    await stage.provider.play({ mode: 'anthropic-api-error' })
    const response = await ask(stage.trooper.url, 'anthropic', false)
    expect(response.headers.get('x-trooper-reason')).toBe('server-error')
    expect(await stage.provider.requests('/messages')).toHaveLength(2)
    await stage.stop()
  })
})
