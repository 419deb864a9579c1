/** Where frames of server-sent events end: at a blank line (WHATWG HTML 9.2.6). */
const lf = 0x0a
const cr = 0x0d

/** The bytes stop where a frame does. */
export function endsFrame(bytes: Buffer): boolean {
  const end = bytes.length - 1
  if (bytes[end] === cr) return bytes[end - 1] === cr
  if (bytes[end] !== lf) return false
  return bytes[end - 1] === lf || (bytes[end - 1] === cr && bytes[end - 2] === lf)
}

/** How many of the bytes belong to frames that end in them; 0 when none does. */
export function lengthOfFrames(bytes: Buffer): number {
  return Math.max(...blankLines.map((line) => bytes.lastIndexOf(line) + (bytes.includes(line) ? line.length : 1)))
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
