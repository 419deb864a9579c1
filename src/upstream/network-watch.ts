/**
 * Origins that cannot be reached from this machine: its own network is down when that is all of them. Nobody asks them meanwhile, and
 * nobody is blamed; whether they can be reached again is found out beside the exchanges, so that no client waits for it.
 */
import type { Clock } from '../clock.ts'

export interface NetworkWatch {
  /** True while every origin could be reached when it was last asked: the usual case. */
  readonly isQuiet: boolean
  isAway(origin: string): boolean
  /** An exchange could not reach it. False when it had just been found again: then it is not the network that fails. */
  lost(origin: string): boolean
  stop(): void
}

export interface NetworkReport {
  /** `isAll`: no origin is left. */
  lost(origin: string, isAll: boolean): void
  found(origin: string): void
}

const firstPauseMs = 1000
const longestPauseMs = 5000
/** An origin that is lost again so soon after it was found is reached by everything but a request. */
const flapsWithinMs = 60_000
/** Nobody came to ask for it: then it is not looked for any more. */
const unaskedMs = 10 * 60_000

export function createNetworkWatch(
  clock: Clock,
  origins: readonly string[],
  canReach: (origin: string) => Promise<boolean>,
  report: NetworkReport,
): NetworkWatch {
  const away = new Set<string>()
  const foundAtMs = new Map<string, number>()
  let askedAtMs = 0
  let pauseMs = firstPauseMs
  let cancel: (() => void) | undefined

  const find = (origin: string): void => {
    if (!away.delete(origin)) return
    foundAtMs.set(origin, clock.now())
    report.found(origin)
  }

  const look = async (): Promise<void> => {
    if (clock.now() - askedAtMs >= unaskedMs) away.clear()
    await Promise.all([...away].map(async (origin) => ((await canReach(origin)) ? find(origin) : undefined)))
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    if (cancel) cancel = away.size > 0 ? wait() : undefined
  }

  const wait = (): (() => void) => clock.after(pauseMs, () => void look())

  return {
    get isQuiet() {
      return away.size === 0
    },
    isAway: (origin) => {
      if (away.size > 0) askedAtMs = clock.now()
      return away.has(origin)
    },
    lost: (origin) => {
      const nowMs = clock.now()
      if (nowMs - (foundAtMs.get(origin) ?? -flapsWithinMs) < flapsWithinMs) return false
      if (away.has(origin)) return true
      askedAtMs = nowMs
      away.add(origin)
      report.lost(
        origin,
        origins.every((known) => away.has(known)),
      )
      if (!cancel) {
        pauseMs = firstPauseMs
        cancel = wait()
      }
      return true
    },
    stop: () => {
      cancel?.()
      cancel = undefined
    },
  }
}
