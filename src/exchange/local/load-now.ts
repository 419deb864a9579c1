/** A local model brought into memory because a person said so: at once, whoever uses the machine. */
import { describeFailure, type Failure } from '../../ir/failure.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Target } from '../../routing/target.ts'
import type { Services } from '../outcome.ts'

type Loaded = { ok: true } | { ok: false; problem: string }

/** Resolves when it is in memory, or with a sentence that says why not. The load is Trooper's own: it goes on when nobody waits any more. */
export async function loadNow({ engines, loads, locals }: Services, target: Target): Promise<Loaded> {
  const refusal = await locals.prepare(target)
  const engine = await engines.at(target)
  if (refusal) return problem(engine, target, refusal)
  if ((await engine.state(target)).is === 'unreachable') return problem(engine, target, nobodyThere)
  const failure = await loads.ready(engine, target, await engine.windowFor(0, target))
  if (failure) return problem(engine, target, failure)
  const { is } = await engine.state(target)
  return is === 'loaded' || is === 'unknown' ? { ok: true } : problem(engine, target, notLoaded)
}

const nobodyThere: Failure = {
  kind: 'network',
  problem: 'refused',
  requestSent: false,
  message: 'Nobody answers there.',
}

/** Its server gives no reason; nearly always it has no such model. */
const notLoaded: Failure = { kind: 'unknown-model', message: 'Its server could not load it.' }

function problem(engine: Engine, target: Target, failure: Failure): Loaded {
  const remedy = engine.remedy(failure, target)
  const advice = remedy === undefined ? '' : `; ${remedy}`
  return {
    ok: false,
    problem: `${target.model ?? target.name} at ${target.url.origin} was not loaded (${describeFailure(failure)})${advice}`,
  }
}
