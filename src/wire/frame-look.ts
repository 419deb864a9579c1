/** A look at the text of frames, instead of a parse. */
const colon = 0x3a
const space = 0x20
const quote = 0x22
const opener = 0x7b
const closer = 0x7d
const letterD = 0x64
const letterE = 0x65

/**
 * Each of these whole frames is a comment, or one line of data that begins and ends as a JSON object does, whose event, if it is named,
 * is not `error`. False for anything else, sound or not. ~50 ns a frame.
 */
export function looksLikeJson(frames: string): boolean {
  const ending = frames.endsWith('\r\n') ? '\r\n\r\n' : '\n\n'
  for (let from = 0; from < frames.length;) {
    const end = frames.indexOf(ending, from)
    if (end === -1 || !frameLooksLikeJson(frames, from, end)) return false
    from = end + ending.length
  }
  return true
}

function frameLooksLikeJson(text: string, from: number, end: number): boolean {
  let at = from
  while (at < end && text.charCodeAt(at) === colon) at = nextLine(text, at, end)
  if (at >= end) return true
  if (text.charCodeAt(at) === letterE) {
    // `event: e…` is an error's, or unknown.
    if (text.charCodeAt(at + 'event: '.length) === letterE) return false
    at = nextLine(text, at, end)
  }
  if (text.charCodeAt(at) !== letterD || text.charCodeAt(at + 'data'.length) !== colon) return false
  at = skipSpace(text, at + 'data:'.length)
  if (text.charCodeAt(at) !== opener || text.charCodeAt(end - 1) !== closer) return false
  const first = text.charCodeAt(skipSpace(text, at + 1))
  return first === quote || first === closer
}

function nextLine(text: string, from: number, end: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? end : at + 1
}

function skipSpace(text: string, from: number): number {
  return text.charCodeAt(from) === space ? from + 1 : from
}
