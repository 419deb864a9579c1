/** Long work that lets everybody else have their turn: a conversation of 32 MB would hold up their streams for seconds. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Steps } from '../ir/steps.ts'

/** No person sees so short a halt in a stream; the work of nearly every request is over before. */
const mostHeldMs = 10

/** Rejects with what the work throws. Waits for nothing where the work is over soon. */
export async function inSteps<T>(clock: Clock, steps: Steps<T>): Promise<T> {
  let sinceMs = clock.now()
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (clock.now() - sinceMs < mostHeldMs) continue
    await nextTurn()
    sinceMs = clock.now()
  }
}
