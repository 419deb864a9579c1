/** A conversation with turns of the local model comes back to its provider through a Trooper that was started anew, and knows nothing of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planted } from '../secrets.ts'
import { dialects, startStage, startTrooper, textOf, type RunningTrooper, type Stage } from './trooper.ts'

interface Block {
  type: string
  thinking?: string
  signature?: string
}

let stage: Stage
let restarted: RunningTrooper
beforeEach(async () => {
  stage = await startStage('/v1/messages', { FALLBACK_MODEL: 'qwen3:8b' })
})
afterEach(async () => {
  await restarted.process.stop()
  await stage.stop()
})

const send = (url: string, messages: object[], rest: object = {}): Promise<Response> =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: dialects.anthropic.headers,
    body: JSON.stringify({
      model: 'claude-sonnet-4-5',
      max_tokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      messages,
      ...rest,
    }),
  })

const asked = async () => (await stage.provider.requests('/v1/messages')).slice(1)

/** A first turn that the local model thought about, then the end of that Trooper. */
async function localTurn(): Promise<object[]> {
  await stage.provider.play({ mode: 'anthropic-overloaded', times: 1 }, { mode: 'ok', text: planted.cloudAnswer })
  await stage.ollama.play({ mode: 'ok', thinking: 'A local thought.', text: planted.localAnswer })
  const first = { role: 'user', content: planted.prompt }
  const answer = await send(stage.trooper.url, [first])
  const { content } = (await answer.json()) as { content: Block[] }
  expect(content).toMatchObject([{ type: 'thinking', thinking: 'A local thought.' }, { type: 'text' }])
  await stage.trooper.process.stop()
  restarted = await startTrooper({
    PRIMARY_URL: `${stage.provider.url}/v1/messages`,
    FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    FALLBACK_MODEL: 'qwen3:8b',
  })
  return [first, { role: 'assistant', content }]
}

describe('local thoughts in the history, after a restart', () => {
  it.each([false, true])('cost one refusal: the history is mended and asked again (stream=%s)', async (stream) => {
    const history = await localTurn()
    const next = [...history, { role: 'user', content: planted.question }]
    const answer = await send(restarted.url, next, { stream })
    expect(answer.status).toBe(200)
    expect(answer.headers.has('x-trooper-fallback')).toBe(false)
    expect(textOf(await answer.text())).toBe(planted.cloudAnswer)
    const [refused, mended] = await asked()
    expect(refused?.rejected).toMatch(/signature/)
    expect(refused?.bodyText).toBe(JSON.stringify({ ...JSON.parse(refused!.bodyText), messages: next }))
    expect(mended?.rejected).toBeUndefined()
    expect(mended?.bodyText).not.toContain('A local thought.')
    expect(mended?.bodyText).toContain(planted.localAnswer)

    const later = await send(restarted.url, next, { stream })
    expect(textOf(await later.text())).toBe(planted.cloudAnswer)
    expect(await asked()).toHaveLength(3)
  })

  it('are no reason to ask twice for what is refused in itself', async () => {
    await localTurn()
    const answer = await send(restarted.url, [{ role: 'user', content: '' }])
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
    expect(await asked()).toHaveLength(1)
  })

  it('do not hide what is refused besides: the second refusal is the client’s', async () => {
    const history = await localTurn()
    const answer = await send(restarted.url, [...history, { role: 'user', content: '' }])
    expect(answer.status).toBe(400)
    expect((await asked()).length).toBeLessThanOrEqual(2)
    expect(await answer.text()).toContain('non-empty')
  })
})
