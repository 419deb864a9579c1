/**
 * How conversations were cut, so that the next turn of each is cut at the same place. Many begin alike (an app's fixed words, a `hi`):
 * a cut counts only for a conversation in which all that it left out or shortened is still the same.
 */
import type { Message } from '../../ir/request.ts'
import type { Steps } from '../../ir/steps.ts'
import type { Cut } from './cut.ts'
import { imagesBefore } from '../count/images.ts'
import { takeKey } from './notes.ts'
import { createLruMap } from '../../lru-map.ts'

/** `beginning`: a key of what all turns of a conversation share (fit.ts). */
export interface Cuts {
  /** How the conversation was cut that these messages go on with. */
  of(beginning: number, messages: readonly Message[]): Steps<Cut | undefined>
  keep(beginning: number, messages: readonly Message[], cut: Cut): Steps<void>
  forget(beginning: number, messages: readonly Message[]): Steps<void>
}

interface Known {
  cut: Cut
  /** So many messages are as they were, by a key of them. */
  reach: number
  key: number
}

/** More conversations than anybody has at once; each is a few numbers. */
const mostBeginnings = 500
/** Each costs a look at its messages, ~2 ns a character. */
const mostAlike = 4

export function createCuts(): Cuts {
  const known = createLruMap<number, readonly Known[]>(mostBeginnings)
  /** What became known between two steps, of other turns at the same moment, is nothing that this one may forget. */
  const findOthers = function* (beginning: number, messages: readonly Message[]): Steps<() => Known[]> {
    const old = new Set<Known>()
    for (const one of known.get(beginning) ?? []) if (yield* isOf(one, messages)) old.add(one)
    return () => (known.get(beginning) ?? []).filter((one) => !old.has(one))
  }
  return {
    *of(beginning, messages) {
      for (const one of known.get(beginning) ?? []) if (yield* isOf(one, messages)) return one.cut
      return undefined
    },
    *keep(beginning, messages, cut) {
      const reach = reachOf(cut, messages)
      const kept: Known = { cut, reach, key: yield* takeKey(messages.slice(0, reach)) }
      const others = yield* findOthers(beginning, messages)
      known.set(beginning, [kept, ...others()].slice(0, mostAlike))
    },
    *forget(beginning, messages) {
      const others = yield* findOthers(beginning, messages)
      known.set(beginning, others())
    },
  }
}

function* isOf({ reach, key }: Known, messages: readonly Message[]): Steps<boolean> {
  return reach <= messages.length && (yield* takeKey(messages.slice(0, reach))) === key
}

/** Behind the last image that is left out. */
function blindBefore({ imagesLeftOut }: Cut, messages: readonly Message[]): number {
  return imagesLeftOut === 0 ? 0 : imagesBefore(messages).findLastIndex((images) => images < imagesLeftOut) + 1
}

/** Where texts lose their middle wherever they stand, all of the conversation. */
function reachOf(cut: Cut, messages: readonly Message[]): number {
  const isEverywhere = cut.textTokens !== undefined || cut.toolTokens !== undefined
  if (isEverywhere) return messages.length
  return Math.max(cut.shrunkBefore, cut.thoughtlessBefore, cut.droppedBefore, blindBefore(cut, messages))
}
