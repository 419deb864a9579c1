/** How many values a JSON body has, as far as that matters: to parse and to walk through them costs by their number, not by their bytes. */
import type { Steps } from '../ir/steps.ts'

const stepBytes = 4 * 1024 * 1024
const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBrace = 0x7b
const openBracket = 0x5b

/** Objects, arrays, and what stands beside others in them. ~1 ns a byte; a body of fewer bytes is not looked at. */
export function* holdsMoreValues(body: Buffer, most: number): Steps<boolean> {
  if (body.length <= most) return false
  let values = 0
  let isInString = false
  for (let at = 0, end = stepBytes; at < body.length; end = at + stepBytes) {
    for (; at < end && at < body.length; at += 1) {
      const byte = body[at]
      if (byte === quote) isInString = !isInString
      else if (isInString) at += byte === backslash ? 1 : 0
      else if (byte === comma || byte === openBrace || byte === openBracket) values += 1
    }
    if (values > most) return true
    yield
  }
  return false
}
