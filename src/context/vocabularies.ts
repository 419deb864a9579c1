/**
 * How many tokens a text has in the vocabulary of a model, told from the kinds of its characters alone.
 *
 * This is what every conversation is measured by first. Where it comes near the end of a window and the server hands out the vocabulary, the
 * tokens are counted (src/tokenizer), which takes a hundred times as long; a vocabulary of another model counts no better than this: o200k
 * is a quarter short for Gemma, Phi-3 and Mistral's first models (local-engines.md 5.2). These weights were fitted to the counts of the vocabularies
 * themselves, over 1.5 MB of prose, code, JSON, logs, hashes and a dozen languages. They are within 20 % for English and whatever programs
 * write, hashes and base64 included, and at most a third short for other languages (test/fixtures/tokens); what a server counts corrects
 * the rest (margins.ts).
 */

/** `usual`: Llama 3, o200k (gpt-oss), cl100k (Phi-4), and DeepSeek from V3, within 5 %. `small`: 32,000 tokens, as Llama 2, Mistral's first models and Phi-3. */
type Family = 'usual' | 'qwen' | 'gemma' | 'small'

/** Tokens that each of these adds. */
const weights = {
  /** A beginning word, also inside camelCase. */
  word: { usual: 0.32, qwen: 0.07, gemma: 0.28, small: 1.03 },
  letter: { usual: 0.15, qwen: 0.2, gemma: 0.13, small: 0 },
  /** A capital behind a capital. */
  capital: { usual: 0.18, qwen: 0.12, gemma: 0.27, small: 0.34 },
  /** A capital behind a small letter: words of code, and base64. */
  joint: { usual: 1.1, qwen: 0.64, gemma: 0.9, small: 0.56 },
  /** A beginning number. */
  number: { usual: 1.75, qwen: 2.91, gemma: 1.31, small: 1.67 },
  digit: { usual: 0, qwen: 0.05, gemma: 0.6, small: 0.35 },
  /** A beginning run of punctuation, and each of its characters beyond the first. */
  mark: { usual: 0.6, qwen: 0.58, gemma: 1.06, small: 0.64 },
  moreMark: { usual: 0.21, qwen: 0.15, gemma: 0.1, small: 0.46 },
  line: { usual: 1.3, qwen: 1.36, gemma: 1.55, small: 3.32 },
  /** A Latin letter with an accent. */
  latin: { usual: 1, qwen: 1, gemma: 0.9, small: 1.7 },
  /** A letter of another alphabet: Cyrillic, Arabic, Thai, … */
  other: { usual: 0.38, qwen: 0.5, gemma: 0.33, small: 0.65 },
  /** Arrows, dashes, box drawing. */
  symbol: { usual: 1, qwen: 1, gemma: 1, small: 1.3 },
  /** Chinese and Japanese, and half an emoji. */
  wide: { usual: 0.75, qwen: 0.65, gemma: 0.6, small: 1.15 },
  hangul: { usual: 0.75, qwen: 0.84, gemma: 0.65, small: 1.93 },
} as const satisfies Record<string, Record<Family, number>>

/** By the names that their makers give them. Of an unknown model it is the one that makes most tokens of those in use today. */
const families: readonly [RegExp, Family][] = [
  [/llama-?2|codellama|vicuna|mixtral|mistral(:|-)?7b|phi-?3|deepseek-coder:(1|6|33)|tinyllama/i, 'small'],
  [/qwen|qwq|deepseek-r1/i, 'qwen'],
  [/gpt-|llama-?3|llama3|phi-?4|deepseek|claude|\bo[1-9]\b/i, 'usual'],
]

/** Hundredths of a token, so that sums are whole numbers; sixteen for each kind that may stand before. */
export type Vocabulary = Int32Array

const kinds = 11
/** 0 space, 1 line break, 2 small letter, 3 capital, 4 digit, 5 punctuation, 6 accented Latin, 7 other scripts, 8 wide, 9 symbol, 10 Hangul. */
const kindOf = kindsOfCharacters()

function kindsOfCharacters(): Uint8Array {
  const table = new Uint8Array(65_536).fill(7)
  const ranges: [number, number, number][] = [
    [0, 32, 0],
    [33, 127, 5],
    [10, 10, 1],
    [13, 13, 1],
    [48, 57, 4],
    [65, 90, 3],
    [97, 122, 2],
    [0x80, 0x24f, 6],
    [0x1e00, 0x1fff, 6],
    [0x2000, 0x2e7f, 9],
    [0x2e80, 0xffff, 8],
    [0xac00, 0xd7af, 10],
  ]
  for (const [first, last, kind] of ranges) table.fill(kind, first, last + 1)
  return table
}

/** What a character of one kind costs behind one of another. */
function costsOf(family: Family): Vocabulary {
  const costs = new Int32Array(kinds << 4)
  for (let before = 0; before < kinds; before += 1) {
    for (let kind = 0; kind < kinds; kind += 1)
      costs[(before << 4) | kind] = Math.round(costOf(before, kind, family) * 100)
  }
  return costs
}

function costOf(before: number, kind: number, family: Family): number {
  const of = (name: keyof typeof weights): number => weights[name][family]
  const isInWord = before === 2 || before === 3 || before === 6
  switch (kind) {
    case 0:
      return 0
    case 1:
      return of('line')
    case 2:
      return of('letter') + (isInWord ? 0 : of('word'))
    case 3:
      if (before === 3) return of('letter') + of('capital')
      return of('letter') + of('word') + (before === 2 ? of('joint') : 0)
    case 4:
      return of('digit') + (before === 4 ? 0 : of('number'))
    case 5:
      return of(before === 5 ? 'moreMark' : 'mark')
    case 6:
      return of('latin')
    case 7:
      return of('other')
    case 8:
      return of('wide')
    case 9:
      return of('symbol')
    default:
      return of('hangul')
  }
}

const vocabularies = {
  usual: costsOf('usual'),
  qwen: costsOf('qwen'),
  gemma: costsOf('gemma'),
  small: costsOf('small'),
}
export const usualVocabulary: Vocabulary = vocabularies.usual

/** `model`: as its server knows it. */
export function vocabularyOf(model: string): Vocabulary {
  const family = families.find(([name]) => name.test(model))?.[1]
  return vocabularies[family ?? 'gemma']
}

/** An estimate; 2-5 ns a character. */
export function countText(text: string, vocabulary: Vocabulary = usualVocabulary): number {
  return Math.ceil(costOfText(text, kindOf, vocabulary) / 100)
}

/** What is looked up outside of a function may change while it runs: the tables are arguments, and sixteen is a number (a third of the time). */
function costOfText(text: string, kindsOf: Uint8Array, vocabulary: Vocabulary): number {
  let cost = 0
  let before = 0
  for (let at = 0; at < text.length; at += 1) {
    const kind = kindsOf[text.charCodeAt(at)] ?? 0
    cost += vocabulary[(before << 4) | kind] ?? 0
    before = kind
  }
  return cost
}
