/**
 * How a byte-pair vocabulary cuts a text before anything is merged: by the kind that `tokenizer.ggml.pre` names (the table of
 * llama.cpp, `llm_tokenizer_bpe` in src/llama-vocab.cpp, whose server Ollama runs). The expressions are what a vocabulary was trained
 * with, or what llama.cpp made of it; each cuts what the one before it left, and what it does not match is a piece, too.
 */

export interface Split {
  cuts: readonly RegExp[]
  /** A piece that is a token as it stands is not made of others. */
  takesWholeWords?: true
}

/** White space as Unicode has it: U+0085 is, U+FEFF is not. */
const space = String.raw`\p{White_Space}`
const end = String.raw`${space}+(?!\P{White_Space})`
const ending = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
const signs = String.raw` ?[^${space}\p{L}\p{N}]+`
const lines = String.raw`${space}*[\r\n]+|${end}|${space}+`

/** cl100k and its descendants: words with the sign before them, numbers of so many digits, signs with the line break behind them. */
function wordsOf(digits: string, word = String.raw`\p{L}+`, marks = `${signs}[\\r\\n]*`): string {
  return String.raw`${ending}|[^\r\n\p{L}\p{N}]?${word}|${digits}|${marks}|${lines}`
}

/** o200k and its descendants: a word begins at a capital; letters without case are of both kinds. */
function casedWords(digits: string, ending: string): string {
  const small = String.raw`(?:(?![A-Z])\p{L})`
  const capital = String.raw`(?:(?![a-z])\p{L})`
  const lead = String.raw`[^\r\n\p{L}\p{N}]?`
  return `${lead}${capital}*${small}+${ending}|${lead}${capital}+${small}*${ending}|${digits}|${signs}[\\r\\n/]*|${lines}`
}

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+|${signs}|${end}`
const one = String.raw`\p{N}`
const three = String.raw`\p{N}{1,3}`
const marked = String.raw`[\p{L}\p{M}]+`
const han = String.raw`[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+`
const deepseek3 = [
  three,
  String.raw`[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+`,
  String.raw`[!-\/:-@[-\x60{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?${marked}| ?[\p{P}\p{S}]+[\r\n]*|${lines}`,
]

const splits: readonly [kinds: string, cuts: readonly string[], takesWholeWords?: true][] = [
  ['llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2', [wordsOf(three)], true],
  ['dbrx smaug-bpe glm4 chatglm-bpe', [wordsOf(three)]],
  ['qwen2 deepseek-r1-qwen kormo megrez stablelm2 hunyuan solar-open grok-2', [wordsOf(one)]],
  ['qwen35', [wordsOf(one, marked, String.raw` ?[^${space}\p{L}\p{M}\p{N}]+[\r\n]*`)]],
  ['gpt-4o llama4 kanana2 minimax-m2', [casedWords(three, `${ending}?`)]],
  ['tekken', [casedWords(one, '')], true],
  ['deepseek-v3 hunyuan-dense joyai-llm', deepseek3],
  ['deepseek-coder', [String.raw`[\r\n]`, String.raw`${space}?\p{L}+`, String.raw`${space}?\p{P}+`, han, one]],
  ['seed-coder', [wordsOf(one, undefined, String.raw` ?[^${space}\p{L}\p{N}\r\n]+`)]],
  ['gpt-2 phi-2 mpt olmo jais trillion granite-docling exaone4 gigachat a.x-4.0 mellum', [gpt2]],
  ['starcoder refact command-r smollm codeshell exaone minerva-7b mellum2', [one, gpt2]],
  ['falcon', [String.raw`[\p{P}$+<=>^~|\x60]+`, gpt2, '[0-9][0-9][0-9]']],
  ['default', [String.raw`[\p{P}$+<=>^~|]+`, gpt2, String.raw`\p{N}+`, '[0-9][0-9][0-9]']],
]

/** `undefined`: nobody knows that kind. */
export function splitOf(kind: string): Split | undefined {
  const found = splits.find(([kinds]) => kinds.split(' ').includes(kind))
  if (!found) return undefined
  const [, cuts, takesWholeWords] = found
  return { cuts: cuts.map((cut) => new RegExp(cut, 'gu')), ...(takesWholeWords && { takesWholeWords }) }
}

/** All that are known. */
export function knownSplits(): string[] {
  return splits.flatMap(([kinds]) => kinds.split(' '))
}

/** Calls `take` with each piece, in order. */
export function eachPiece(text: string, cuts: readonly RegExp[], take: (piece: string) => void, at = 0): void {
  const cut = cuts[at]
  if (!cut) return take(text)
  let from = 0
  for (const { 0: piece, index } of text.matchAll(cut)) {
    if (piece === '') continue
    if (index > from) eachPiece(text.slice(from, index), cuts, take, at + 1)
    eachPiece(piece, cuts, take, at + 1)
    from = index + piece.length
  }
  if (from < text.length) eachPiece(text.slice(from), cuts, take, at + 1)
}
