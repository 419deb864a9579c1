import { describe, expect, it } from 'vitest'
import { readModelSource } from './source.ts'

describe('a model inside Trooper', () => {
  it.each([
    [
      'embedded:/models/Qwen3-4B-Q4_K_M.gguf',
      { from: 'file', path: '/models/Qwen3-4B-Q4_K_M.gguf' },
      'Qwen3-4B-Q4_K_M',
    ],
    ['embedded:./a b.gguf', { from: 'file', path: './a b.gguf' }, 'a-b'],
    ['embedded:~/x-00001-of-00003.gguf', { from: 'file', path: '~/x-00001-of-00003.gguf' }, 'x'],
    ['embedded:hf:user/Qwen3-4B-GGUF:Q4_K_M', { from: 'hub', uri: 'hf:user/Qwen3-4B-GGUF:Q4_K_M' }, 'Qwen3-4B:Q4_K_M'],
    ['embedded:hf:user/repo/sub/x.gguf#main', { from: 'hub', uri: 'hf:user/repo/sub/x.gguf#main' }, 'x'],
    ['embedded:https://host/x.gguf?a=1', { from: 'hub', uri: 'https://host/x.gguf?a=1' }, 'x'],
  ])('%s', (text, source, model) => {
    expect(readModelSource(text)).toMatchObject({ ok: true, value: { source, model } })
  })

  it.each([
    'embedded:',
    'embedded:model',
    'embedded:hf:user',
    'embedded:hf:user/repo/x.bin',
    'embedded:https://host/x',
  ])('%s is refused', (text) => {
    expect(readModelSource(text).ok).toBe(false)
  })

  it('has an origin of its own, and shows no password of its address', () => {
    const [one, other] = ['embedded:https://me:secret@host/x.gguf?key=1', 'embedded:./x.gguf'].map(readModelSource)
    if (!one?.ok || !other?.ok) throw new Error('refused')
    expect(one.value.url.text).toBe('embedded:https://host/x.gguf')
    expect(one.value.url.origin).not.toBe(other.value.url.origin)
    expect(new URL(one.value.url.origin).hostname).toMatch(/\.localhost$/)
  })
})
