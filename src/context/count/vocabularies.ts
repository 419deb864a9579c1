/**
 * How many tokens a text has in the vocabulary of a model, told from the kinds of its characters alone: what each costs behind another.
 *
 * This is what every conversation is measured by first. Where it comes near the end of a window and the server hands out the vocabulary, the
 * tokens are counted (src/tokenizer), which takes a hundred times as long; a vocabulary of another model counts no better than this: o200k
 * is a quarter short for Gemma, Phi-3 and Mistral's first models (local-engines.md 5.2). weights.json was fitted to what the vocabularies
 * themselves count, over 13 MB of 77 languages and of whatever programs write (scripts/tokens). How far off it is for 60 texts that it was
 * not fitted to: docs/context.md, test/fixtures/tokens. margins.ts makes up for that, and what a server counts corrects the rest.
 */
import { bitsOfKind, bitsOfState, costOfSign, costsInToken, kindBehind, kindsInAll, stateOf } from './characters.ts'
import { costOfText, stepOf, type CostTable } from './text-cost.ts'
import weights from './weights.json' with { type: 'json' }

/**
 * `llama2` and `mistral`: their makers' first, of 32,000 tokens; `tekken`: Mistral's from Nemo on; `starcoder`: 49,000 tokens of English
 * and programs; `unknown`: as many tokens as the vocabulary that takes most of a text.
 */
export type Family =
  | 'llama3'
  | 'o200k'
  | 'qwen'
  | 'qwen35'
  | 'gemma'
  | 'tekken'
  | 'cl100k'
  | 'deepseek'
  | 'commandR'
  | 'starcoder'
  | 'llama2'
  | 'mistral'
  | 'unknown'

/**
 * By the names that their makers give them, in Ollama's library and in files; the first that fits. A model whose vocabulary was not measured
 * is unknown, like one that has a name of somebody's own.
 */
const families: readonly [RegExp, Family][] = [
  [/codeqwen/, 'unknown'],
  [/qwen-?3\.[5-9]/, 'qwen35'],
  // What R1 was distilled into has its own vocabulary: Qwen 2.5's, but for the largest.
  [/qwen(?!-?[4-9])|qwq|qvq|deepseek-r1:(1\.5|7|14|32)b/, 'qwen'],
  [/llama-?3|llama-guard-?3|distill-llama|deepseek-r1:70b|smollm-?3|hermes-?3|tulu-?3|dolphin-?3/, 'llama3'],
  [/codellama|tinyllama|llama-?2|vicuna|phi-?3(?!.*small)/, 'llama2'],
  [/gpt-?oss|phi-?4-m(ini|ultimodal)/, 'o200k'],
  // GLM's has all of it, and Chinese beyond.
  [/phi-?4|granite-?4|olmo-?2|\bglm-?[45]/, 'cl100k'],
  [/gemma-?[34]|(med|translate|function)gemma/, 'gemma'],
  [/nemo\b|ministral|devstral|magistral|pixtral|voxtral|mistral-large-?3/, 'tekken'],
  [/mistral-small(?!.*(2409|22b))/, 'tekken'],
  [/mi[sx]tral|codestral|mathstral|zephyr|openhermes|openchat|starling|neural-chat/, 'mistral'],
  [/deepseek-?(v3|r1:671b)/, 'deepseek'],
  [/command-?[ar]|c4ai|\baya/, 'commandR'],
  [/starcoder|granite-?(3|code)/, 'starcoder'],
]

export interface Vocabulary {
  readonly family: Family
  /** Costs are 2,000ths of a token. */
  readonly steps: CostTable
}

const linesOf: Record<Family, readonly string[]> = weights.families

const known = new Map<Family, Vocabulary>()

function vocabulary(family: Family): Vocabulary {
  const found = known.get(family) ?? openVocabulary(family)
  known.set(family, found)
  return found
}

/** Read when a text is to be counted, in half a millisecond: most people have two models, and a vocabulary takes 32 KB. */
function openVocabulary(family: Family): Vocabulary {
  let steps: CostTable | undefined
  return {
    family,
    get steps() {
      steps ??= readSteps(linesOf[family])
      return steps
    },
  }
}

function readSteps(lines: readonly string[]): CostTable {
  const steps = new Int32Array(1 << (bitsOfState + bitsOfKind))
  for (const [state, line] of lines.entries()) {
    for (let kind = 0; kind < kindsInAll; kind += 1) {
      const is = kindBehind(state, kind)
      steps[(state << bitsOfKind) | kind] = stepOf(costOfSign(line.charCodeAt(is)), stateOf(is))
    }
  }
  return steps
}

/** Of OpenAI's models of today. */
export const usualVocabulary: Vocabulary = vocabulary('o200k')

/** `model`: as its server knows it. */
export function vocabularyOf(model: string): Vocabulary {
  const name = model.toLowerCase()
  return vocabulary(families.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown')
}

/** An estimate; 2 to 3 ns a character. */
export function countText(text: string, vocabulary: Vocabulary = usualVocabulary): number {
  return Math.ceil(costOfText(text, vocabulary.steps) / costsInToken)
}
