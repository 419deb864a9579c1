/**
 * How the local engines are, as far as it is known: a status never waits for an engine that hangs. Nobody is asked while nobody looks.
 */
import type { LoadState } from '../engines/engine.ts'
import { engineLabels } from '../engines/places.ts'
import type { Services } from '../exchange/outcome.ts'
import { defined } from '../ir/json.ts'
import type { Target } from '../routing/target.ts'
import type { EngineView } from './views.ts'

export interface EngineLooks {
  /** As they were when they were last asked. Whoever calls has them asked again, where that is some seconds since. */
  latest(): EngineView[]
  /** The same when they have answered; of one that takes its time, what was known before. */
  fresh(): Promise<EngineView[]>
}

/** What one server said of one model. */
type Look = Pick<EngineView, 'software' | 'can'> & { state: LoadState }

interface Watched {
  look: Look
  askedAtMs: number
  underWay: Promise<void> | undefined
  /** It was being loaded when somebody looked: what is seen of it then is soon otherwise. */
  wasLoading: boolean
}

/** A model comes and goes in seconds. */
const freshForMs = 2000
/** A server of this machine that is well answers within a few. */
const patienceMs = 400

type Parts = Pick<Services, 'chains' | 'engines' | 'locals' | 'loads' | 'places' | 'clock'>

export function createEngineLooks({ chains, engines, locals, loads, places, clock }: Parts): EngineLooks {
  const watched = new Map<Target, Watched>(
    Object.values(chains)
      .flat()
      .filter(({ kind }) => kind === 'local')
      .map((target) => [
        target,
        { look: nothingSeen, askedAtMs: Number.NEGATIVE_INFINITY, underWay: undefined, wasLoading: false },
      ]),
  )

  const ask = async (target: Target): Promise<Look> => {
    // Where a server was not there at the start, this finds out where it is now.
    await locals.prepare(target)
    const engine = await engines.at(target)
    const [state, identity] = await Promise.all([engine.state(target), engines.identify(target)])
    if (state.is === 'unreachable') return { state, can: {} }
    const { can, isUntold } = await engine.facts(target)
    const { tools, vision, thinking } = can
    const thinks = thinking && thinking !== 'never'
    const version = identity?.version === undefined ? '' : ` ${identity.version}`
    return {
      state,
      ...(identity && { software: engineLabels[identity.name] + version }),
      can: isUntold ? {} : defined({ tools, vision, thinking: thinks }),
    }
  }

  /** One question at a time for each: one that hangs is not asked again meanwhile. */
  const refresh = (target: Target, seen: Watched): void => {
    const isLoading = loads.isLoading(target)
    const isNew = seen.wasLoading && !isLoading
    seen.wasLoading = isLoading
    if (seen.underWay || (!isNew && isFresh(seen.askedAtMs, clock.now()))) return
    const note = (look: Look): void => {
      seen.look = look
      seen.askedAtMs = clock.now()
      seen.underWay = undefined
    }
    seen.underWay = ask(target).then(note, () => note(nothingSeen))
  }

  const view = (target: Target, { look }: Watched): EngineView => {
    const { state, software, can } = look
    const queue = places.queues().find(({ engine }) => engine === target.url.origin)
    return {
      target: target.name,
      ...(software !== undefined && { software }),
      place: target.embedded ? target.url.text : target.url.origin,
      model: target.model ?? '',
      state: loads.isLoading(target) ? 'loading' : state.is,
      ...(state.is === 'loaded' && state.windowTokens !== undefined && { windowTokens: state.windowTokens }),
      can,
      queue: { running: queue?.running ?? 0, waiting: queue?.waiting.length ?? 0 },
    }
  }

  const latest = (): EngineView[] => {
    for (const [target, seen] of watched) refresh(target, seen)
    return [...watched].map(([target, seen]) => view(target, seen))
  }

  return {
    latest,
    fresh: async () => {
      latest()
      const answers = Promise.all([...watched.values()].map(({ underWay = Promise.resolve() }) => underWay))
      let cancel = (): void => {}
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(patienceMs, resolve)
      })
      await Promise.race([answers, late])
      cancel()
      return latest()
    },
  }
}

/** What was asked in the time to come was asked before somebody set the clock back. */
function isFresh(askedAtMs: number, nowMs: number): boolean {
  return nowMs >= askedAtMs && nowMs - askedAtMs < freshForMs
}

const nothingSeen: Look = { state: { is: 'unknown' }, can: {} }
