/** Signs of life for a client whose stream has to wait. */
import type { Clock } from '../../clock.ts'
import { clientDialects } from '../../dialects/registry.ts'
import type { ClientDialectName } from '../../dialects/dialect.ts'
import type { Target } from '../../routing/target.ts'
import type { HeaderList } from '../../wire/headers.ts'
import type { Services } from '../outcome.ts'
import type { Reply } from './reply.ts'

/** A client bears this long without a word; the head then sent can say nothing of the answer any more. */
export const keepAliveMs = 2000
/** Below what anybody is known to bear: 60 s of proxies, 300 s of Claude Code and of Codex (real-clients.md 3, providers.md 3.2). */
export const longestSilenceMs = 15_000
/** Codex's, which only an event ends (real-clients.md 3), and from when on it is near: some signs of life before. */
export const longestOnComments = { warningMs: 240_000, endMs: 300_000 }

/** Ends early when the client leaves; `onLong` is called as often as a sign of life is due. */
export async function pause(clock: Clock, reply: Reply, ms: number, onLong: () => void): Promise<void> {
  for (let leftMs = ms; leftMs > 0 && !reply.isGone; leftMs -= keepAliveMs) {
    await sleep(clock, reply, Math.min(leftMs, keepAliveMs))
    if (leftMs > keepAliveMs && !reply.isGone) onLong()
  }
}

function sleep(clock: Clock, reply: Reply, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve)
    reply.onGone(() => {
      cancel()
      resolve()
    })
  })
}

/** What headers would say, for a stream whose head is sent; empty where the wire has no comments. */
export function commentOf(dialect: ClientDialectName, headers: HeaderList): string {
  if (clientDialects[dialect].sign === undefined) return ''
  const lines: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`: ${headers[at]}: ${headers[at + 1]}\n`)
  return lines.length === 0 ? '' : `${lines.join('')}\n`
}

/** A client that waits. */
interface Waiting {
  /** It left, or has its answer of another. */
  isGone(): boolean
  silentSinceMs(): number
  /** Shows a sign of life. */
  keepAlive(): void
}

/**
 * While a local model loads, reads or thinks, its client sees a sign of life whenever it has seen nothing for too long, each of them
 * only after the engine has answered a question at that moment: without that nobody promises anything, and the clocks decide.
 */
export async function keepVigil<T>(
  { engines, clock }: Pick<Services, 'engines' | 'clock'>,
  target: Target,
  work: Promise<T>,
  client: Waiting,
): Promise<T> {
  let isOver = false
  let cancel = (): void => {}
  /** Silence that begins in the time to come began before somebody set the clock back. */
  const silenceLeftMs = (): number => {
    const leftMs = client.silentSinceMs() + longestSilenceMs - clock.now()
    return leftMs > longestSilenceMs ? 0 : leftMs
  }
  const look = async (): Promise<void> => {
    if (silenceLeftMs() > 0) return
    const { is } = await (await engines.at(target)).state(target)
    if (is !== 'unreachable' && !isOver && !client.isGone()) client.keepAlive()
  }
  // Rejects only on a fault of Trooper's own.
  const fault = new Promise<never>((_, reject) => {
    const lookInTime = (): void => {
      cancel = clock.after(Math.max(keepAliveMs, silenceLeftMs()), () => void lookAgain())
    }
    const lookAgain = async (): Promise<void> => {
      try {
        await look()
        if (!isOver) lookInTime()
      } catch (error) {
        reject(error)
      }
    }
    lookInTime()
  })
  try {
    return await Promise.race([work, fault])
  } finally {
    isOver = true
    cancel()
  }
}
