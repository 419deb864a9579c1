/** Small vocabularies, trained on a text, of the kinds that GGUF files have; as Ollama tells of them with `verbose`. */
import type { JsonObject } from '../../src/ir/json.ts'

/** `llama_token_type` of llama.cpp. */
const types = { normal: 1, unknown: 2, control: 3, byte: 6 } as const
const marks = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
const usualMerges = 600

/** Byte pairs: every byte is a token, so that any text survives, and what the corpus has often is merged. */
export function bytePairVocabulary(corpus: string, pre = 'gpt-2', count = usualMerges): JsonObject {
  const letters = lettersOfBytes()
  const spelt = wordsOf(corpus).map((word) => [...Buffer.from(word)].map((byte) => letters[byte] ?? ''))
  const merges = train(spelt, count)
  const tokens = [...new Set([...letters, ...merges.map((pair) => pair.join(''))])]
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.tokens': [...tokens, ...marks],
    'tokenizer.ggml.token_type': [...tokens.map(() => types.normal), ...marks.map(() => types.control)],
    'tokenizer.ggml.merges': merges.map((pair) => pair.join(' ')),
    'tokenizer.ggml.add_bos_token': false,
  }
}

/** SentencePiece: the earlier a piece was found, the higher its score; a character that the corpus does not have is spelt in bytes. */
export function pieceVocabulary(corpus: string, count = usualMerges): JsonObject {
  const spelt = wordsOf(corpus).map((word) => Array.from(word.replaceAll(' ', '▁')))
  const letters = [...new Set(['▁', ...spelt.flat()])]
  const merged = train(spelt, count).map((pair) => pair.join(''))
  const pieces = [...new Set([...merged, ...letters])]
  const { unknown, control, byte, normal } = types
  return {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.pre': 'default',
    'tokenizer.ggml.tokens': ['<unk>', '<s>', '</s>', ...bytes, ...pieces],
    'tokenizer.ggml.token_type': [unknown, control, control, ...bytes.map(() => byte), ...pieces.map(() => normal)],
    'tokenizer.ggml.scores': [0, 0, 0, ...bytes.map(() => 0), ...pieces.map((_, at) => -at)],
    'tokenizer.ggml.add_space_prefix': true,
  }
}

/** Gemma 4's: characters, whose merges are listed. */
export function characterVocabulary(corpus: string, count = usualMerges): JsonObject {
  const spelt = wordsOf(corpus).map((word) => Array.from(word.replaceAll(' ', '▁')))
  const merges = train(spelt, count)
  const pieces = [...new Set(['▁', ...spelt.flat(), ...merges.map((pair) => pair.join('')), '\n\n', '\n\n\n'])]
  const { control, byte, normal } = types
  return {
    'tokenizer.ggml.model': 'gemma4',
    'tokenizer.ggml.tokens': [...marks, ...bytes, ...pieces],
    'tokenizer.ggml.token_type': [...marks.map(() => control), ...bytes.map(() => byte), ...pieces.map(() => normal)],
    'tokenizer.ggml.merges': merges.map((pair) => pair.join(' ')),
  }
}

function wordsOf(corpus: string): string[] {
  return corpus.match(/ ?[^\s]+|\s/g) ?? []
}

/** The pair that stands side by side most often is merged everywhere, again and again. */
function train(spelt: readonly string[][], count: number): [left: string, right: string][] {
  const words = new Map(spelt.map((word) => [word.join('\0'), { word, times: 0 }]))
  for (const word of spelt) {
    const entry = words.get(word.join('\0'))
    if (entry) entry.times += 1
  }
  const merges: [string, string][] = []
  while (merges.length < count) {
    const pair = mostFrequent(words.values())
    if (!pair) break
    merges.push(pair)
    for (const entry of words.values()) entry.word = merge(entry.word, pair)
  }
  return merges
}

function mostFrequent(words: Iterable<{ word: string[]; times: number }>): [string, string] | undefined {
  const seen = new Map<string, { pair: [string, string]; times: number }>()
  let best: { pair: [string, string]; times: number } | undefined
  for (const { word, times } of words) {
    for (const [at, left] of word.entries()) {
      const right = word[at + 1]
      if (right === undefined) continue
      const key = `${left}\0${right}`
      const entry = seen.get(key) ?? { pair: [left, right], times: 0 }
      entry.times += times
      seen.set(key, entry)
      if (!best || entry.times > best.times) best = entry
    }
  }
  return best && best.times > 1 ? best.pair : undefined
}

function merge(word: readonly string[], [left, right]: readonly [string, string]): string[] {
  const merged: string[] = []
  for (const part of word) {
    if (part === right && merged.at(-1) === left) merged[merged.length - 1] = left + right
    else merged.push(part)
  }
  return merged
}

/** The letter that stands for each byte: printable ones for themselves, the others from U+0100 on. */
function lettersOfBytes(): string[] {
  let next = 0x100
  const isPrintable = (byte: number): boolean => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}
