/** One answer at a time: a second one would need the same cores, and memory for a window of its own. The others wait in the order they came. */
import { Refusal } from './refusal.ts'

const longestQueue = 32

export interface Turns {
  /** Resolves when it is this one's turn; the returned function ends it. Rejects when the queue is full or its client leaves. */
  take(signal: AbortSignal): Promise<() => void>
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = []
  let isTaken = false
  const next = (): void => {
    const first = waiting.shift()
    if (first) first()
    else isTaken = false
  }
  return {
    take: (signal) => {
      if (!isTaken) {
        isTaken = true
        return Promise.resolve(next)
      }
      if (waiting.length >= longestQueue)
        return Promise.reject(new Refusal(503, 'server busy, please try again.  maximum pending requests exceeded'))
      return new Promise((resolve, reject) => {
        const start = (): void => {
          signal.removeEventListener('abort', leave)
          resolve(next)
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(start), 1)
          reject(new Refusal(499, 'request canceled'))
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(start)
      })
    },
  }
}
