/** Small vocabularies whose counts can be told by hand; test/embedded holds larger ones against llama.cpp itself. */
import { describe, expect, it } from 'vitest'
import { bytePairVocabulary } from '../../test/fakes/vocabulary.ts'
import { readTokenizer } from './tokenizer.ts'

/** Letters, and what is made of them by these merges. */
function bytePairs(merges: string[], pre = 'gpt-2', marks: string[] = []) {
  const base = bytePairVocabulary('', pre)
  const made = merges.map((merge) => merge.replace(' ', ''))
  const words = [...(base['tokenizer.ggml.tokens'] as string[]), ...made]
  return readTokenizer({
    ...base,
    'tokenizer.ggml.tokens': [...words, ...marks],
    'tokenizer.ggml.token_type': [...words.map(() => 1), ...marks.map(() => 4)],
    'tokenizer.ggml.merges': merges,
  })
}

function pieces(scores: Record<string, number>, more = {}) {
  return readTokenizer({
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': Object.keys(scores),
    'tokenizer.ggml.scores': Object.values(scores),
    ...more,
  })
}

describe('byte pairs', () => {
  it('are merged in the order of their list, not in that of the text', () => {
    // `ab` first would leave `ab` and `c`, and then `abc`; `bc` first leaves `a` and `bc`, which stay apart.
    expect(bytePairs(['a b', 'ab c'])?.count('abc')).toBe(1)
    expect(bytePairs(['b c', 'a b', 'ab c'])?.count('abc')).toBe(2)
  })

  it('of the same rank are merged from the left', () => {
    expect(bytePairs(['a a'])?.count('aaaaa')).toBe(3)
  })

  it('are of bytes: what is not English has two to four of them', () => {
    expect(bytePairs(['a b'])?.count('é漢😀')).toBe(2 + 3 + 4)
  })

  it('do not reach beyond a piece', () => {
    // A piece begins with its space.
    expect(bytePairs(['a Ġ', 'Ġ b'])?.count('a b')).toBe(2)
  })

  it('are passed over for a word that is a token, where the vocabulary has it so', () => {
    const merges = ['a b', 'c d', 'a bcd']
    expect(bytePairs(merges, 'gpt-2')?.count('abcd')).toBe(2)
    expect(bytePairs(merges, 'llama-bpe')?.count('abcd')).toBe(1)
  })

  it('cut numbers in threes, in single digits or not at all', () => {
    const merges = ['1 2', '12 3', '123 4', '1234 5', '12345 6']
    const count = (pre: string) => bytePairs(merges, pre)?.count('123456')
    expect([count('gpt-2'), count('llama-bpe'), count('qwen2')]).toEqual([1, 4, 6])
  })

  it('leave marks whole, the longest at each place, and merge nothing across them', () => {
    const tokenizer = bytePairs(['a b'], 'gpt-2', ['<|x|>', '<|x|>y'])
    expect(tokenizer?.count('<|x|>')).toBe(1)
    expect(tokenizer?.count('a<|x|>b<|x|>y')).toBe(4)
    expect(tokenizer?.count('<|x')).toBe(3)
  })
})

describe('pieces of SentencePiece', () => {
  it('are merged by the scores of what they make', () => {
    expect(pieces({ '▁': -9, a: -9, b: -9, c: -9, ab: -1, bc: -2, '▁ab': -3 })?.count('abc')).toBe(2)
    expect(pieces({ '▁': -9, a: -9, b: -9, c: -9, ab: -2, bc: -1, '▁ab': -3 })?.count('abc')).toBe(3)
  })

  it('begin with a space that the text does not have, unless their vocabulary says otherwise', () => {
    const scores = { '▁': -9, a: -9, '▁a': -1 }
    expect(pieces(scores)?.count('a')).toBe(1)
    expect(pieces(scores)?.count(' a')).toBe(2)
    expect(pieces(scores, { 'tokenizer.ggml.add_space_prefix': false })?.count(' a')).toBe(1)
  })

  it('spell in bytes what no token has', () => {
    expect(pieces({ '▁': -9, a: -9 }, { 'tokenizer.ggml.add_space_prefix': false })?.count('aé漢😀')).toBe(
      1 + 2 + 3 + 4,
    )
  })

  it('reach beyond a space where a token does', () => {
    const words = { '▁': -9, a: -9, b: -9 }
    expect(pieces({ ...words, '▁b': -1, 'a▁b': -2 })?.count('a b')).toBe(2)
    expect(pieces({ ...words, '▁b': -1 })?.count('a b')).toBe(3)
  })
})

describe('the vocabulary of Gemma 4', () => {
  it('lists its merges, and has runs of line breaks', () => {
    const tokenizer = readTokenizer({
      'tokenizer.ggml.model': 'gemma4',
      'tokenizer.ggml.tokens': ['▁', 'a', '\n', '▁a', '\n\n\n'],
      'tokenizer.ggml.merges': ['▁ a'],
    })
    expect(tokenizer?.count('a a\n\n\n a\n\na')).toBe(1 + 1 + 1 + 1 + 2 + 1)
  })
})

describe('no tokenizer', () => {
  const vocabulary = bytePairVocabulary('the cat the cat')
  it.each<[string, object]>([
    ['without tokens, as whoever does not ask for them gets it', { 'tokenizer.ggml.tokens': [] }],
    ['with null in their place, as older servers have it', { 'tokenizer.ggml.tokens': null }],
    ['of which something is no word', { 'tokenizer.ggml.tokens': ['a', 1, 'b'] }],
    ['without merges', { 'tokenizer.ggml.merges': [] }],
    ['of a kind that nobody knows', { 'tokenizer.ggml.model': 'rwkv' }],
    ['cut in a way that nobody knows', { 'tokenizer.ggml.pre': 'of-tomorrow' }],
  ])('is made of a vocabulary %s', (_, more) => {
    expect(readTokenizer(vocabulary)).toBeDefined()
    expect(readTokenizer({ ...vocabulary, ...more })).toBeUndefined()
  })

  it('is made of a model without any', () => {
    expect(readTokenizer({ 'general.architecture': 'llama' })).toBeUndefined()
  })
})
