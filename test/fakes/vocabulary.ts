/** Small vocabularies of the kinds that GGUF files have, as Ollama tells of them with `verbose`. */
import type { JsonObject } from '../../src/ir/json.ts'

/** `llama_token_type` of llama.cpp. */
const types = { normal: 1, unknown: 2, control: 3, byte: 6 } as const
const marks = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']

/**
 * Byte pairs: every byte is a token, so that any text survives, and common words are merged from their letters. Other alphabets cost a token
 * a byte: several times what any vocabulary of today takes, and what is estimated.
 */
export function bytePairVocabulary(words: readonly string[], pre = 'gpt-2'): JsonObject {
  const tokens = lettersOfBytes()
  const known = new Set(tokens)
  const merges: string[] = []
  for (const word of words) {
    let left = 'Ġ'
    for (const letter of word) {
      if (!known.has(left + letter)) {
        known.add(left + letter)
        merges.push(`${left} ${letter}`)
        tokens.push(left + letter)
      }
      left += letter
    }
  }
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.tokens': [...tokens, ...marks],
    'tokenizer.ggml.token_type': [...tokens.map(() => types.normal), ...marks.map(() => types.control)],
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.add_bos_token': false,
  }
}

/** SentencePiece: `words` and what they begin with, the more letters the higher the score; what has no token is spelt in bytes. */
export function pieceVocabulary(words: readonly string[]): JsonObject {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
  const letters = [...new Set(['▁', ...words.flatMap((word) => Array.from(word))])]
  const pieces = [...new Set(words.flatMap((word) => Array.from(word, (_, at) => `▁${word.slice(0, at + 1)}`)))]
  const spoken = [...letters, ...pieces]
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...spoken]
  const { unknown, control, byte, normal } = types
  return {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.pre': 'default',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': [unknown, control, control, ...bytes.map(() => byte), ...spoken.map(() => normal)],
    'tokenizer.ggml.scores': tokens.map((token, at) => (at < 3 + bytes.length ? 0 : token.length - 100)),
    'tokenizer.ggml.add_space_prefix': true,
  }
}

/** The letter that stands for each byte: printable ones for themselves, the others from U+0100 on. */
function lettersOfBytes(): string[] {
  let next = 0x100
  const isPrintable = (byte: number): boolean => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}
