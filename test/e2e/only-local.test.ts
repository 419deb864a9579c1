/** One local model behind a spent provider: what an app is told of it when it fails. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startInside, type Inside } from './inside.ts'
import { ask } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
let trooper: Inside
beforeEach(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
  await provider.play({ mode: 'anthropic-credit' })
  trooper = await startInside({
    PRIMARY_URL: `${provider.url}/v1/messages`,
    FALLBACK_URL: `${ollama.url}/api/chat`,
    FALLBACK_MODEL: 'qwen2.5:3b',
  })
})
afterEach(async () => {
  await Promise.all([trooper.stop(0), provider.stop(), ollama.stop()])
})

const say = (stream = false): Promise<Response> => ask(trooper.url, 'anthropic', stream)

describe('the only local model', () => {
  it('is asked although it is left alone, and what it says now is told, not what it said then', async () => {
    await ollama.play({ mode: 'ends-silently', chunks: 0, path: '/api/chat' })
    for (let at = 0; at < 3; at += 1) await (await say()).text()
    expect(trooper.lines).toContain('⚠️ local/qwen2.5:3b keeps failing: it is left alone for a while')
    const missing: OllamaBehaviour = { mode: 'not-pulled', path: '/api/chat' }
    await ollama.play(missing)
    expect(await (await say()).text()).toMatch(
      /\(Trooper: primary: 400 credit spent; local\/qwen2\.5:3b: 404 unknown model \(run: ollama pull [^;]*\)\)/,
    )
  })

  it('that breaks off is named where the app is told, within its answer', async () => {
    await ollama.play({ mode: 'ends-silently', chunks: 3, text: planted.localAnswer, path: '/api/chat' })
    const text = await (await say(true)).text()
    expect(text).toContain('event: error')
    expect(text).toContain('(Trooper: primary: 400 credit spent; local/qwen2.5:3b: broken answer)')
  })
})
