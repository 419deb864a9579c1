/**
 * Counts the tokens of texts as a model's own vocabulary has them, from what Ollama tells of the model (`model_info` of `/api/show` with
 * `verbose`, local-engines.md 1.4): the same steps as llama.cpp's (src/llama-vocab.cpp), which Ollama runs.
 */
import { arrayOf, booleanOf, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import { countByBytes } from './byte-pairs.ts'
import { countByCharacters } from './characters.ts'
import { createMarks, readWords, type Words } from './words.ts'
import { mostTokens, pairsOfMerges, pairsOfScores } from './pairs.ts'
import { splitOf } from './splits.ts'

export interface Tokenizer {
  /** 0.1 to 0.4 µs a character of prose or code; at most 4 µs, of one endless word. */
  count(text: string): number
}

/** `undefined`: there is no vocabulary in it, or none of a kind that is known. */
export function readTokenizer(info: JsonObject): Tokenizer | undefined {
  const field = (name: string): JsonValue | undefined => info[`tokenizer.ggml.${name}`]
  const words = readWords(texts(field('tokens')), numbers(field('token_type')))
  const isVocabulary = words.texts.length > 0 && words.texts.length <= mostTokens
  const countPlain = isVocabulary ? counterOf(words, field) : undefined
  if (!countPlain) return undefined
  const marks = createMarks(words.marks)
  return {
    count: (text) => {
      let tokens = 0
      const found = marks.split(text, (between) => {
        tokens += countPlain(between)
      })
      return tokens + found
    },
  }
}

function counterOf(
  words: Words,
  field: (name: string) => JsonValue | undefined,
): ((text: string) => number) | undefined {
  const merges = texts(field('merges'))
  switch (stringOf(field('model'))) {
    case 'gpt2': {
      const split = splitOf(stringOf(field('pre')) ?? 'default')
      return split && merges.length > 0 ? countByBytes(words.numbers, pairsOfMerges(words, merges), split) : undefined
    }
    case 'gemma4':
      return merges.length > 0
        ? countByCharacters(words.numbers, pairsOfMerges(words, merges), { addsSpace: false, cutsLines: true })
        : undefined
    case 'llama': {
      const scores = numbers(field('scores'))
      const addsSpace = booleanOf(field('add_space_prefix')) ?? true
      return scores.length > 0
        ? countByCharacters(words.numbers, pairsOfScores(words, scores), { addsSpace, cutsLines: false })
        : undefined
    }
    default:
      return undefined
  }
}

/** None where one is something else: the others would have wrong numbers. */
function texts(value: JsonValue | undefined): string[] {
  const all = arrayOf(value)
  const found = all.filter((one) => typeof one === 'string')
  return found.length === all.length ? found : []
}

function numbers(value: JsonValue | undefined): number[] {
  const all = arrayOf(value)
  const found = all.filter((one) => typeof one === 'number')
  return found.length === all.length ? found : []
}
