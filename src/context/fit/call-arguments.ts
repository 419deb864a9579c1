/** Long texts in the arguments of a call (a file that was written, a patch) made short: what is left is JSON of the same keys and kinds. */
import { parseJson } from '../../ir/json.ts'
import type { Range } from '../../wire/json-text.ts'
import type { Count } from '../count/count.ts'

/** Shorter texts in arguments are names and paths: they stay. */
const leastTokens = 48
/** A character takes two tokens at most. */
const leastCharacters = leastTokens / 2

/** A text in JSON, without its quotes. */
export interface LongText extends Range {
  tokens: number
}

/** `input`: JSON text; none where it is no JSON. ~10 ns a character. */
export function longTextsIn(input: string, count: Count): LongText[] {
  if (input.length < leastCharacters || parseJson(input) === undefined) return []
  return [...textsIn(input)]
    .filter(({ start, end }) => end - start >= leastCharacters)
    .map(({ start, end }) => ({ start, end, tokens: count.text(input.slice(start, end)) }))
    .filter(({ tokens }) => tokens > leastTokens)
}

/** What each of so many long texts may keep, where all of the arguments may keep so many tokens. */
export function shareOf(texts: number, tokens: number): number {
  return Math.max(leastTokens, Math.floor(tokens / Math.max(1, texts)))
}

type Shorten = (text: string, tokens: number) => string

export function shrinkArguments(input: string, tokens: number, count: Count, short: Shorten): string {
  const texts = longTextsIn(input, count)
  const share = shareOf(texts.length, tokens)
  let shrunk = ''
  let from = 0
  for (const text of texts) {
    if (text.tokens <= share) continue
    shrunk += input.slice(from, text.start) + shrinkJson(input.slice(text.start, text.end), share, count, short)
    from = text.end
  }
  return shrunk + input.slice(from)
}

/** What its escapes take counts too. */
function shrinkJson(json: string, tokens: number, count: Count, short: Shorten): string {
  const text = parseJson(`"${json}"`)
  if (typeof text !== 'string') return json
  for (let most = tokens; ; most *= 0.8) {
    const shrunk = JSON.stringify(short(text, Math.round(most))).slice(1, -1)
    if (most < 1 || count.text(shrunk) <= tokens) return shrunk
  }
}

const colonNext = /\s*:/y

/** Those that are no keys. */
function* textsIn(json: string): Generator<Range> {
  for (let at = json.indexOf('"'); at !== -1;) {
    let end = at + 1
    while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1
    colonNext.lastIndex = end + 1
    if (!colonNext.test(json)) yield { start: at + 1, end }
    at = json.indexOf('"', end + 1)
  }
}
