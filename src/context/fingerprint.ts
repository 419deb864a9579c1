/** A number that stands for texts, so that a conversation is known again without being kept. 53 bits, ~1 ns a character; no secret. */

import { allAtOnce, endsStep, type Steps } from '../ir/steps.ts'

/** Order counts, and where one text ends and the next begins. */
export function fingerprint(texts: Iterable<string>): number {
  return allAtOnce(takeFingerprint(texts))
}

export function* takeFingerprint(texts: Iterable<string>): Steps<number> {
  let high = 0x9e3779b1
  let low = 0x85ebca6b
  const take = (code: number): void => {
    high = Math.imul(high ^ code, 0x27d4eb2d)
    low = Math.imul(low ^ code, 0x165667b1)
  }
  let round = 0
  for (const text of texts) {
    if (endsStep((round += 1))) yield
    for (let at = 0; at < text.length; at += 1) take(text.charCodeAt(at))
    take(0x1_0000)
  }
  high ^= high >>> 15
  low ^= low >>> 13
  return (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0)
}
