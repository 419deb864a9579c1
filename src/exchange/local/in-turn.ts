/** A place at a local engine for a request, from the moment it comes until it is answered. */
import type { Engine } from '../../engines/engine.ts'
import type { Failure } from '../../ir/failure.ts'
import type { Target } from '../../routing/target.ts'
import type { Outcome, Services } from '../outcome.ts'
import type { Place } from './places.ts'
import { waitFor, type Waited, type Waiter } from '../wait.ts'

export interface Guest extends Waiter {
  target: Target
  /** A digest of who asks. */
  asker: string
  /** Told when it is the request's turn. */
  onTurn: () => void
}

/** Does something else in the middle of an answer: where that takes long, the engine is others' until it is done. */
export type Aside = <T>(work: () => Promise<Waited<T>>) => Promise<Waited<T>>

/** `ask` is called when the engine may be asked. */
export async function inTurn(
  services: Services,
  guest: Guest,
  ask: (engine: Engine, aside: Aside) => Promise<Outcome>,
): Promise<Outcome> {
  const { target, asker } = guest
  const engine = await services.engines.at(target)
  const { places } = services
  const place = places.enter(target.url.origin, asker, places.atOnce ?? (await engine.slots(target)))
  if (!place) return { type: 'failed', failure: queueFull(services) }
  try {
    tellPlace(services, target, place)
    const waited = await waitFor(place.turn, guest, services.clock)
    if (waited.is === 'over') return waited.outcome
    guest.onTurn()
    return await ask(engine, (work) => stepAside(services, guest, place, work))
  } finally {
    place.leave()
  }
}

/** What is done sooner is not worth another's prompt in the engine's memory, which has to be read there again for either. */
const asideAfterMs = 500

async function stepAside<T>(
  services: Services,
  guest: Guest,
  place: Place,
  work: () => Promise<Waited<T>>,
): Promise<Waited<T>> {
  const { clock } = services
  let isAside = false
  const cancel = clock.after(asideAfterMs, () => {
    isAside = true
    place.stepAside()
  })
  try {
    const waited = await work()
    cancel()
    if (waited.is === 'over' || !isAside) return waited
    const turn = place.comeBack()
    tellPlace(services, guest.target, place)
    const back = await waitFor(turn, guest, clock)
    return back.is === 'over' ? back : waited
  } finally {
    cancel()
  }
}

/** What runs ahead of a full queue takes seconds. */
const askAgainAfterMs = 5000

function queueFull({ clock }: Pick<Services, 'clock'>): Failure {
  return {
    kind: 'queue-full',
    resetsAtMs: clock.now() + askAgainAfterMs,
    message: 'Too many requests wait for the local model already; ask again in a few seconds.',
  }
}

function tellPlace({ log }: Pick<Services, 'log'>, { name }: Target, place: Place): void {
  const ahead = place.ahead()
  if (ahead === undefined) return
  log.info(`⏳ ${name} is busy: waiting in its queue, at place ${ahead}`, { target: name, place: ahead })
}
