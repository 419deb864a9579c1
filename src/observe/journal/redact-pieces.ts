/**
 * Takes keys out of a stream. A model writes one in a dozen pieces, each in a frame of its own, in none of which it looks like a key; whoever
 * reads the stream puts it together again. Pure.
 */
import { hidden, secretsIn, type Range } from './redact.ts'

/** The strings in which the dialects' frames bring what a model writes, word by word (providers.md 3.1, 3.3, 3.4; local-engines.md 1.4). */
const piece =
  /"(text|thinking|partial_json|content|reasoning|reasoning_content|refusal|arguments|delta|response)"\s*:\s*"((?:[^"\\]|\\.)*)"/g

/** What stands in the place of a range. */
interface Cut {
  range: Range
  by: string
}

/** The pieces of a key are empty afterwards, but for the first. What stands whole in one piece or elsewhere is left to `redact`. */
export function redactPieces(stream: string): string {
  const cuts = [...piecesByName(stream).values()].flatMap((pieces) => cutsIn(stream, pieces))
  return cuts
    .toSorted(({ range: [one] }, { range: [other] }) => other - one)
    .reduce((text, { range: [from, to], by }) => text.slice(0, from) + by + text.slice(to), stream)
}

/** Those of one name are one text. */
function piecesByName(stream: string): Map<string, Range[]> {
  const pieces = new Map<string, Range[]>()
  for (const { 0: all, 1: name = '', 2: words = '', index } of stream.matchAll(piece)) {
    const to = index + all.length - 1
    const known = pieces.get(name)
    const range: Range = [to - words.length, to]
    if (known) known.push(range)
    else pieces.set(name, [range])
  }
  return pieces
}

function cutsIn(stream: string, pieces: readonly Range[]): Cut[] {
  const secrets = secretsIn(pieces.map(([from, to]) => stream.slice(from, to)).join(''))
  const cuts: Cut[] = []
  let at = 0
  for (const [from, to] of pieces) {
    const end = at + to - from
    for (const [start, stop] of secrets) {
      const [first, last] = [Math.max(start, at), Math.min(stop, end)]
      if (first < last) cuts.push({ range: [from + first - at, from + last - at], by: start === first ? hidden : '' })
    }
    at = end
  }
  return cuts
}
