/** Waits for something no longer than the client does, and the exchange has time. */
import type { Clock } from '../clock.ts'
import type { Failure } from '../ir/failure.ts'
import { clientGone, type Failed, type Turn } from './outcome.ts'
import type { Reply } from './reply/reply.ts'

export interface Waiter {
  reply: Reply
  /** Epoch milliseconds. */
  deadlineMs: number
}

export function waiterOf({ reply, patience }: Turn): Waiter {
  return { reply, deadlineMs: patience.deadlineMs }
}

export type Waited<T> = { is: 'here'; value: T } | { is: 'over'; outcome: Failed }

/** The clocks of an attempt do not run meanwhile: nobody has been asked yet. */
export async function waitFor<T>(event: Promise<T>, { reply, deadlineMs }: Waiter, clock: Clock): Promise<Waited<T>> {
  let cancel = (): void => {}
  const over = new Promise<Waited<T>>((resolve) => {
    const end = (outcome: Failed) => (): void => resolve({ is: 'over', outcome })
    if (reply.isGone) end(clientGone)()
    reply.onGone(end(clientGone))
    cancel = clock.after(Math.max(0, deadlineMs - clock.now()), end({ type: 'failed', failure: outOfTime }))
  })
  try {
    return await Promise.race([over, event.then((value): Waited<T> => ({ is: 'here', value }))])
  } finally {
    cancel()
  }
}

const outOfTime: Failure = { kind: 'timeout', phase: 'exchange', message: 'The time for this answer is used up.' }
