/** A long text made short: its head and its end, and the lines between that stand out. */
import type { Count } from '../count/count.ts'
import { outstandingLines } from './outstanding.ts'

/** Of the tokens that are kept. */
const headShare = 0.35
const endShare = 0.25
/** Less than this is only a note. */
const leastTokens = 24
/** What the marks around a gap take: 14 to 21 in the vocabularies there are. */
const gapTokens = 24
/** Between the two ends no more is looked through for what stands out. */
const mostSearched = 60_000

/** The same text when it has no more than so many tokens, else one that has no more; the gap says how many are missing. */
export function shrinkText(text: string, tokens: number, count: Count): string {
  const whole = count.text(text)
  if (whole <= tokens) return text
  const budget = Math.max(leastTokens, tokens) - gapTokens
  if (budget < leastTokens) return gap(whole)
  const perToken = text.length / whole
  const head = text.slice(0, endOfLine(text, budget * headShare * perToken))
  const end = text.slice(startOfLine(text, text.length - budget * endShare * perToken))
  const between = text.slice(head.length, text.length - end.length)
  const lines = outstandingLines(between.slice(0, mostSearched), budget * (1 - headShare - endShare), count)
  const middle = lines.length === 0 ? '' : `\n${lines.join('\n')}`
  const left = count.text(between) - count.text(middle)
  const short = `${head}\n${gap(left)}${middle}\n${lines.length === 0 ? '' : '[…]\n'}${end}`
  // Dense ends beside a thin middle: less of everything.
  return count.text(short) <= tokens ? short : shrinkText(text, tokens * 0.8, count)
}

function gap(tokens: number): string {
  return `[… ${tokens} tokens left out …]`
}

/** Not in the middle of a line where its end is near, nor of a character ever. */
function endOfLine(text: string, wanted: number): number {
  const at = Math.floor(wanted)
  const lineEnd = text.lastIndexOf('\n', at)
  return lineEnd > at * 0.7 ? lineEnd : wholeCharacter(text, at)
}

function startOfLine(text: string, wanted: number): number {
  const at = Math.ceil(wanted)
  const lineEnd = text.indexOf('\n', at)
  return lineEnd !== -1 && lineEnd - at < (text.length - at) * 0.3 ? lineEnd + 1 : wholeCharacter(text, at)
}

function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}
