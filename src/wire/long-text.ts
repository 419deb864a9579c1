/** The text of many bytes, in steps: 37 MB of them take 150 ms at once where they are more than ASCII. */
import type { Steps } from '../ir/steps.ts'

const usualStep = 4 * 1024 * 1024

/** As `toString` gives it, also of bytes that are no UTF-8. */
export function* takeText(bytes: Buffer, step = usualStep): Steps<string> {
  let text = ''
  for (let from = 0; from < bytes.length;) {
    const end = endOfPart(bytes, from + step)
    text += bytes.toString('utf8', from, end)
    from = end
    yield
  }
  return text
}

/** A character has up to three bytes behind its first; a fourth one belongs to none, so that the text may be cut before it. */
function endOfPart(bytes: Buffer, wanted: number): number {
  if (wanted >= bytes.length) return bytes.length
  const start = [0, 1, 2, 3].find((back) => !isWithinCharacter(bytes[wanted - back]))
  return wanted - (start ?? 0)
}

function isWithinCharacter(byte = 0): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000
}
