import { describe, expect, it } from 'vitest'
import { chooseModel } from './choose-model.ts'
import type { ListedModel } from './engine.ts'

const gb = 1e9
const model = (name: string, size: number, more: Partial<ListedModel> = {}): ListedModel => ({
  name,
  isChat: true,
  isLoaded: false,
  sizeBytes: size * gb,
  ...more,
})
const fits = (bytes: number): boolean => bytes <= 10 * gb

describe('the model that answers where nobody chose one', () => {
  it.each<[string, ListedModel[], string | undefined]>([
    ['the usual one', [model('big:9b', 6), model('qwen2.5:3b', 2)], 'qwen2.5:3b'],
    ['one in memory', [model('big:9b', 6, { tools: true }), model('loaded:1b', 1, { isLoaded: true })], 'loaded:1b'],
    ['the largest that fits', [model('small:1b', 1), model('mid:9b', 6), model('huge:70b', 40)], 'mid:9b'],
    [
      'one that can call tools',
      [model('chat:9b', 6, { tools: false }), model('agent:4b', 3, { tools: true })],
      'agent:4b',
    ],
    [
      'one that fits before one with tools',
      [model('chat:4b', 3, { tools: false }), model('agent:70b', 40, { tools: true })],
      'chat:4b',
    ],
    ['the smallest where none fits', [model('huge:70b', 40), model('large:32b', 20)], 'large:32b'],
    ['no embedding', [model('embed', 1, { isChat: false }), model('small:1b', 1)], 'small:1b'],
    ['nobody where there is none', [model('embed', 1, { isChat: false })], undefined],
  ])('is %s', (_what, models, chosen) => {
    expect(chooseModel(models, 'qwen2.5:3b', fits)).toBe(chosen)
  })
})
