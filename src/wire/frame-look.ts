/** A look at the bytes of frames, instead of a parse. */
const lf = 0x0a
const cr = 0x0d
const colon = 0x3a
const space = 0x20
const quote = 0x22
const opener = 0x7b
const closer = 0x7d
const letterD = 0x64
const letterE = 0x65

const lfEnding = Buffer.from('\n\n')
const crlfEnding = Buffer.from('\r\n\r\n')

/**
 * Each of these whole frames is a comment, or one line of data that begins and ends as a JSON object does, whose event, if it is named,
 * is not `error`. False for anything else, sound or not. ~0.1 µs a frame.
 */
export function looksLikeJson(frames: Buffer): boolean {
  const ending = frames[frames.length - 2] === cr ? crlfEnding : lfEnding
  for (let from = 0; from < frames.length;) {
    const end = frames.indexOf(ending, from)
    if (end === -1 || !frameLooksLikeJson(frames, from, end)) return false
    from = end + ending.length
  }
  return true
}

function frameLooksLikeJson(bytes: Buffer, from: number, end: number): boolean {
  let at = from
  while (at < end && bytes[at] === colon) at = nextLine(bytes, at, end)
  if (at >= end) return true
  if (bytes[at] === letterE) {
    // `event: e…` is an error's, or unknown.
    if (bytes[at + 'event: '.length] === letterE) return false
    at = nextLine(bytes, at, end)
  }
  if (bytes[at] !== letterD || bytes[at + 'data'.length] !== colon) return false
  at = skipSpace(bytes, at + 'data:'.length)
  if (bytes[at] !== opener || bytes[end - 1] !== closer) return false
  const first = bytes[skipSpace(bytes, at + 1)]
  return first === quote || first === closer
}

function nextLine(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at] !== lf) at += 1
  return at + 1
}

function skipSpace(bytes: Buffer, from: number): number {
  return bytes[from] === space ? from + 1 : from
}
