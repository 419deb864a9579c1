/** Engines that cannot read a tool call of their own model: where the answer has begun and where it has not, and what is said of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { startInside, type Inside } from './inside.ts'
import { ask, startStage, startTrooper, textOf, type RunningTrooper, type Stage } from './trooper.ts'

const content = 'the very words of the model'
const errors = [
  `error parsing tool call: raw='${content}', err=invalid character 't' looking for beginning of value`,
  'XML syntax error on line 7: element <parameter> closed by </function>',
  `llama-server returned invalid tool call arguments for get_weather: ${content}`,
]

describe('a tool call that the engine could not read', () => {
  let stage: Stage
  let trooper: RunningTrooper
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
    trooper = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      FALLBACK_MODEL: 'qwen2.5:3b,qwen3:8b',
    })
  })
  afterAll(async () => {
    await Promise.all([stage.stop(), trooper.process.stop()])
  })
  beforeEach(async () => {
    await stage.ollama.reset()
    await stage.provider.reset()
    await stage.provider.play({ mode: 'anthropic-overloaded' })
  })

  const asked = async (): Promise<[string, boolean][]> =>
    (await stage.ollama.requests('/api/chat')).map(({ bodyText }) => {
      const { model, stream } = JSON.parse(bodyText)
      return [model, stream]
    })

  describe.each(errors)('%s', (error) => {
    it.each<[string, boolean, OllamaBehaviour]>([
      ['before its first word, of a stream', true, { mode: 'error-line', chunks: 0, error, times: 1 }],
      ['before its first word, of a whole answer', false, { mode: 'error-line', chunks: 0, error, times: 1 }],
      ['behind words that a whole answer has not shown yet', false, { mode: 'error-line', chunks: 2, error, times: 1 }],
      ['before anything loaded', true, { mode: 'load-failed', error, times: 1 }],
    ])('%s: the same model is asked once more, for a whole answer', async (_name, stream, fault) => {
      await stage.ollama.play(fault, { mode: 'ok', text: planted.localAnswer })
      const response = await ask(trooper.url, 'anthropic', stream)
      expect(response.headers.get('x-trooper-fallback')).toBe('qwen2.5:3b')
      expect(textOf(await response.text())).toBe(planted.localAnswer)
      expect(await asked()).toEqual([
        ['qwen2.5:3b', true],
        ['qwen2.5:3b', false],
      ])
    })

    it('twice: the next model answers', async () => {
      await stage.ollama.play(
        { mode: 'error-line', chunks: 0, error, times: 2 },
        { mode: 'ok', text: planted.localAnswer },
      )
      const response = await ask(trooper.url, 'anthropic', true)
      expect(response.headers.get('x-trooper-fallback')).toBe('qwen3:8b')
      expect(textOf(await response.text())).toBe(planted.localAnswer)
      expect(await asked()).toEqual([
        ['qwen2.5:3b', true],
        ['qwen2.5:3b', false],
        ['qwen3:8b', true],
      ])
    })

    it('in the middle of a stream: the same model goes on with it, once, in one piece', async () => {
      await stage.ollama.play(
        { mode: 'error-line', text: 'The quick brown fox jumps over the dog.', chunks: 4, error, times: 1 },
        { mode: 'ok', text: 'brown fox jumps over the dog.' },
      )
      const response = await ask(trooper.url, 'anthropic', true)
      expect(textOf(await response.text())).toBe('The quick brown fox jumps over the dog.')
      expect(await asked()).toEqual([
        ['qwen2.5:3b', true],
        ['qwen2.5:3b', false],
      ])
    })

    it('in the middle of a stream, and again as it goes on: the next model does', async () => {
      await stage.ollama.play(
        { mode: 'error-line', text: 'The quick brown fox jumps over the dog.', chunks: 4, error, times: 1 },
        { mode: 'error-line', chunks: 0, error, times: 1 },
        { mode: 'ok', text: 'brown fox jumps over the dog.' },
      )
      const response = await ask(trooper.url, 'anthropic', true)
      expect(textOf(await response.text())).toBe('The quick brown fox jumps over the dog.')
      expect(await asked()).toEqual([
        ['qwen2.5:3b', true],
        ['qwen2.5:3b', false],
        ['qwen3:8b', true],
      ])
    })
  })

  describe('never puts what the model wrote into a log or an error', () => {
    let inside: Inside
    beforeAll(async () => {
      inside = await startInside({
        PRIMARY_URL: 'http://127.0.0.1:9/v1/messages',
        FALLBACK_URL: `${stage.ollama.url}/api/chat`,
      })
    })
    afterAll(() => inside.stop())

    it.each([0, 3])('(%i words were said)', async (chunks) => {
      const error = errors[0]!
      await stage.ollama.play({ mode: 'error-line', text: 'One two three four five.', chunks, error })
      for (const dialect of ['anthropic', 'openai-chat', 'openai-responses'] as const) {
        for (const stream of [false, true]) {
          const text = await (await ask(inside.url, dialect, stream)).text()
          expect(text).not.toContain(content)
          if (chunks === 0) expect(text).toMatch(/unread by its engine/)
        }
      }
      expect(inside.lines.join('\n')).toContain('tool call unread by its engine')
      expect(inside.lines.join('\n')).not.toContain(content)
    })
  })
})
