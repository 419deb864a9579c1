import { describe, expect, it } from 'vitest'
import { cacheBytesPerToken, cacheRoom, fits, type Machine } from './memory.ts'

const gb = 1e9
const machine = (total: number, free: number): Machine => ({ total: () => total * gb, free: () => free * gb })
const at = (origin: string) => ({ url: { origin, base: '', query: '', text: origin } })
const here = at('http://localhost:11434')
const size = { weightBytes: 5 * gb, loadedBytes: 0, bytesPerToken: 1 }

describe('the memory for a window', () => {
  it('is half of the machine, or what is free if that is more, less the weights', () => {
    expect(cacheRoom(machine(16, 2), here, size)).toBe(3 * gb)
    expect(cacheRoom(machine(16, 12), here, size)).toBe(7 * gb)
  })

  it('counts what the model itself has taken as free', () => {
    expect(cacheRoom(machine(16, 6), here, { ...size, loadedBytes: 6 * gb })).toBe(7 * gb)
  })

  it('of another machine is not known', () => {
    expect(cacheRoom(machine(16, 12), at('http://gpu.lan:11434'), size)).toBeUndefined()
  })

  it('holds a model whose weights leave something', () => {
    expect(fits(machine(16, 2), 5 * gb)).toBe(true)
    expect(fits(machine(16, 2), 7 * gb)).toBe(false)
  })
})

describe('what a token takes in the cache', () => {
  it.each<[string, Record<string, string | number | number[]>, number | undefined]>([
    [
      'Llama 3.1 8B',
      {
        'general.architecture': 'llama',
        'llama.block_count': 32,
        'llama.attention.head_count': 32,
        'llama.attention.head_count_kv': 8,
        'llama.embedding_length': 4096,
      },
      131_072,
    ],
    [
      'a model with heads longer than its width says',
      {
        'general.architecture': 'qwen3',
        'qwen3.block_count': 36,
        'qwen3.attention.head_count_kv': 8,
        'qwen3.attention.key_length': 128,
        'qwen3.attention.value_length': 128,
      },
      147_456,
    ],
    [
      'a model that differs from layer to layer',
      {
        'general.architecture': 'nemotron',
        'nemotron.attention.head_count_kv': [0, 8, 0, 8],
        'nemotron.attention.key_length': 128,
        'nemotron.attention.value_length': 128,
      },
      8192,
    ],
    ['one that says nothing', { 'general.architecture': 'llama' }, undefined],
    ['none', {}, undefined],
  ])('%s', (_model, info, bytes) => {
    expect(cacheBytesPerToken(info)).toBe(bytes)
  })
})
