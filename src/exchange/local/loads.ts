/**
 * Models that are being brought into memory. A load belongs to Trooper and not to the request that needed it: Ollama breaks one off
 * when whoever caused it leaves (local-engines.md 1.3), and the next to come would begin it anew.
 */
import type { Clock } from '../../clock.ts'
import type { Engine, LoadState } from '../../engines/engine.ts'
import type { Failure } from '../../ir/failure.ts'
import type { Log } from '../../observe/log/log.ts'
import type { Target } from '../../routing/target.ts'

export interface Loads {
  /**
   * Resolves when the model is in memory, in that window, for all that its server tells; a server that tells nothing, or does not
   * answer, is left to the request itself. With a failure when it still loads after `LOCAL_TIMEOUT`. One load at a time, for all who wait.
   */
  ready(engine: Engine, target: Target, windowTokens: number | undefined): Promise<Failure | undefined>
  /** The model is being brought into memory now, in any window. */
  isLoading(target: Target): boolean
  /** What it had in memory may be gone. */
  doubt(target: Target): void
}

/** `not here`: the request itself will be told why. */
type Brought = 'here' | 'not here' | 'late'

/** So long a model that was there is taken to be there still, so that a busy one is not asked for every request (~1 ms each). */
const believedMs = 30_000
const lookAgainMs = 1000

export function createLoads(clock: Clock, longestMs: number, log: Log): Loads {
  const underWay = new Map<string, Promise<Failure | undefined>>()
  const seenAtMs = new Map<string, number>()
  /** Those under way whose server has been told to load. */
  const loading = new Set<string>()

  const bring = async (engine: Engine, target: Target, windowTokens: number | undefined): Promise<Brought> => {
    const giveUp = new AbortController()
    const cancel = clock.after(longestMs, () => giveUp.abort())
    try {
      for (let state = await engine.state(target); ; state = await engine.state(target)) {
        if (giveUp.signal.aborted) return 'late'
        if (state.is === 'loading') await new Promise<void>((resolve) => void clock.after(lookAgainMs, resolve))
        else return needsLoad(state, windowTokens) ? await load(engine, target, windowTokens, giveUp.signal) : 'here'
      }
    } finally {
      cancel()
    }
  }

  const load = async (
    engine: Engine,
    target: Target,
    windowTokens: number | undefined,
    signal: AbortSignal,
  ): Promise<Brought> => {
    const name = target.model ?? target.name
    const sinceMs = clock.now()
    log.info(`⏳ Loading local model: ${name}${inWindow(windowTokens)}`, { target: target.name })
    const key = `${keyOf(target)} ${windowTokens ?? ''}`
    loading.add(key)
    const isLoaded = await engine.warm(target, windowTokens, undefined, signal).finally(() => loading.delete(key))
    if (signal.aborted) return 'late'
    if (!isLoaded) return 'not here'
    const seconds = Math.round((clock.now() - sinceMs) / 1000)
    log.info(`⏳ ${name} is loaded, after ${seconds} s`, { target: target.name })
    return 'here'
  }

  const begin = async (key: string, engine: Engine, target: Target, windowTokens: number | undefined) => {
    try {
      const brought = await bring(engine, target, windowTokens)
      if (brought === 'here') seenAtMs.set(key, clock.now())
      return brought === 'late' ? tooSlow : undefined
    } finally {
      underWay.delete(key)
    }
  }

  return {
    ready: (engine, target, windowTokens) => {
      const key = `${keyOf(target)} ${windowTokens ?? ''}`
      const seen = seenAtMs.get(key)
      if (seen !== undefined && clock.now() - seen < believedMs) return Promise.resolve(undefined)
      const waiting = underWay.get(key) ?? begin(key, engine, target, windowTokens)
      underWay.set(key, waiting)
      return waiting
    },
    isLoading: (target) => [...loading].some((key) => key.startsWith(`${keyOf(target)} `)),
    doubt: (target) => {
      for (const key of seenAtMs.keys()) if (key.startsWith(`${keyOf(target)} `)) seenAtMs.delete(key)
    },
  }
}

/** Any other window than the one it has loads a model anew (local-engines.md 1.6). */
function needsLoad(state: LoadState, windowTokens: number | undefined): boolean {
  if (state.is === 'unloaded') return true
  const known = state.is === 'loaded' ? state.windowTokens : undefined
  return known !== undefined && windowTokens !== undefined && known !== windowTokens
}

function keyOf({ url, model }: Target): string {
  return `${url.text} ${model ?? ''}`
}

function inWindow(windowTokens: number | undefined): string {
  return windowTokens === undefined ? '' : ` (window ${windowTokens} tokens)`
}

const tooSlow: Failure = {
  kind: 'timeout',
  phase: 'head',
  message: 'The model was not loaded in time.',
}
