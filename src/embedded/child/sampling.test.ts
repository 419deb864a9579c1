import { expect, it } from 'vitest'
import { keepAliveMs } from './keep-alive.ts'
import { mostTokens, readSampling } from './sampling.ts'

it('has Ollama’s defaults where nothing is said', () => {
  expect(readSampling({}, 42)).toEqual({
    temperature: 0.8,
    topK: 40,
    topP: 0.9,
    minP: 0,
    seed: 42,
    repeatPenalty: { lastTokens: 64, penalty: 1 },
    customStopTriggers: [],
  })
})

it('takes what is said', () => {
  const options = { temperature: 0, seed: 7, stop: ['END', ''], presence_penalty: 0.5, repeat_penalty: 1.2 }
  expect(readSampling(options, 42)).toMatchObject({
    temperature: 0,
    seed: 7,
    repeatPenalty: { penalty: 1.2, presencePenalty: 0.5 },
    customStopTriggers: ['END'],
  })
})

it.each([
  [undefined, Number.POSITIVE_INFINITY],
  [-1, Number.POSITIVE_INFINITY],
  [0, 0],
  [5, 5],
])('of num_predict %s allows %s tokens', (wanted, expected) => {
  expect(mostTokens(wanted === undefined ? {} : { num_predict: wanted })).toBe(expected)
})

it.each([
  [undefined, 300_000],
  ['30m', 1_800_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  [10, 10_000],
  [0, 0],
  [-1, Number.POSITIVE_INFINITY],
  ['-1m', Number.POSITIVE_INFINITY],
  ['soon', 300_000],
])('keeps a model after keep_alive %s for %s ms', (value, expected) => {
  expect(keepAliveMs(value)).toBe(expected)
})
