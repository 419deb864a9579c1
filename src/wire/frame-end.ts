/** Where frames of server-sent events end: at a blank line (WHATWG HTML 9.2.6). */
const lf = 0x0a
const cr = 0x0d

/** The bytes, or the first so many of them, stop where a frame does. */
export function endsFrame(bytes: Buffer, length = bytes.length): boolean {
  const end = length - 1
  if (bytes[end] === cr) return bytes[end - 1] === cr
  if (bytes[end] !== lf) return false
  return bytes[end - 1] === lf || (bytes[end - 1] === cr && bytes[end - 2] === lf)
}

/** How many of the bytes belong to frames that end in them; 0 when none does. */
export function lengthOfFrames(bytes: Buffer): number {
  return Math.max(...blankLines.map((line) => bytes.lastIndexOf(line) + (bytes.includes(line) ? line.length : 1)))
}

/** Where the last so many frames begin, of which the very last may be torn. ~1 ns a byte of theirs. */
export function startOfLast(frames: number, bytes: Buffer): number {
  let left = frames
  for (let at = bytes.length - 1; at > 0; at -= 1) {
    if (!endsFrame(bytes, at) || isLineEnd(bytes[at])) continue
    left -= 1
    if (left === 0) return at
  }
  return 0
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === lf || byte === cr
}

/** The same bytes, a frame each; behind the last blank line nothing may stand. */
export function splitFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  let from = 0
  for (let at = 1; at < bytes.length; at += 1) {
    if (!endsFrame(bytes.subarray(from, at + 1))) continue
    frames.push(bytes.subarray(from, at + 1))
    from = at + 1
  }
  return from < bytes.length ? [...frames, bytes.subarray(from)] : frames
}

const blankLines = ['\n\n', '\r\n\r\n', '\r\r'].map((line) => Buffer.from(line))
