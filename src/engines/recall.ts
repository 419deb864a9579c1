/** What servers said, remembered for a while: nobody asks twice at once, or soon again for what nobody would tell. */
import type { Clock } from '../clock.ts'

export interface Recall<T> {
  /** What is remembered under a key, or what `ask` finds out, which never rejects; `undefined`: it could not. */
  get(key: string, ask: () => Promise<T | undefined>): Promise<T | undefined>
  /** What is remembered by now, however old. */
  peek(key: string): T | undefined
  forget(key: string): void
}

/** A failure is remembered for so many times as long as it took: one that cost 3 s for 30 s. */
const failureFactor = 10
/** One that cost no more, as a refused connection on a busy machine, is not remembered: a server may be started at any moment. */
const cheapMs = 500
/** Apps may name any model; the oldest goes. */
const mostKeys = 256

interface Entry<T> {
  untilMs: number
  answer: Promise<T | undefined>
  value?: T
}

/** `keepsOld`: what was learnt once stands until something else is learnt. */
export function createRecall<T>(clock: Clock, keepMs: number, { keepsOld = false } = {}): Recall<T> {
  const entries = new Map<string, Entry<T>>()

  const begin = (ask: () => Promise<T | undefined>, old: T | undefined): Entry<T> => {
    const sinceMs = clock.now()
    const entry: Entry<T> = {
      untilMs: Number.POSITIVE_INFINITY,
      answer: ask().then((value) => {
        const nowMs = clock.now()
        if (value !== undefined) entry.value = value
        entry.untilMs = nowMs + (value === undefined ? failureKeepMs(nowMs - sinceMs) : keepMs)
        return entry.value
      }),
    }
    if (keepsOld && old !== undefined) entry.value = old
    return entry
  }

  return {
    get: (key, ask) => {
      const known = entries.get(key)
      if (known && clock.now() < known.untilMs) return known.answer
      const entry = begin(ask, known?.value)
      entries.delete(key)
      entries.set(key, entry)
      const [oldest] = entries.keys()
      if (entries.size > mostKeys && oldest !== undefined) entries.delete(oldest)
      return entry.answer
    },
    peek: (key) => entries.get(key)?.value,
    forget: (key) => void entries.delete(key),
  }
}

function failureKeepMs(costMs: number): number {
  return costMs > cheapMs ? costMs * failureFactor : 0
}
