/** One attempt at a local model: a place at its engine, the model in memory, then the call. */
import type { Engine } from '../engines/engine.ts'
import type { Failure } from '../ir/failure.ts'
import type { ClientSide } from './client-side.ts'
import { numberOf, objectOf } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import { clientGone, type Failed, type Incoming, type Outcome, type Services, type Turn } from './outcome.ts'
import { askerOf } from './payer.ts'
import type { Place } from './places.ts'
import type { Reply } from './reply.ts'
import { keepVigil } from './signs-of-life.ts'
import { waitFor } from './wait.ts'

/** `ask` is called when it is the request's turn, and again when the engine turned out to be loading; `client`, where it waits for a stream. */
export function attemptLocal(
  services: Services,
  incoming: Incoming,
  turn: Turn,
  client: ClientSide | undefined,
  ask: () => Promise<Outcome>,
): Promise<Outcome> {
  const attempt = askInTurn(services, incoming, turn, ask)
  if (!client) return attempt
  const { target, reply } = turn
  return keepVigil(services, target, attempt, {
    get isGone() {
      return reply.isGone
    },
    silentSinceMs: () => client.silentSinceMs(),
    keepAlive: () => client.keepAlive(true),
  })
}

async function askInTurn(
  services: Services,
  incoming: Incoming,
  turn: Turn,
  ask: () => Promise<Outcome>,
): Promise<Outcome> {
  const { target } = turn
  const engine = await services.engines.at(target)
  const { places } = services
  const place = places.enter(target.url.origin, askerOf(incoming), places.atOnce ?? (await engine.slots(target)))
  if (!place) return { type: 'failed', failure: queueFull(services) }
  try {
    tellPlace(services, turn, place)
    const waited = await waitFor(place.turn, turn, services.clock)
    if (waited.is === 'over') return waited.outcome
    turn.record.hasTurn(services.clock.now())
    return await askUntilLoaded(services, engine, turn, ask)
  } finally {
    place.leave()
  }
}

/** A server that says that it is loading is asked again when it no longer does: no other target is as near. */
async function askUntilLoaded(
  services: Services,
  engine: Engine,
  turn: Turn,
  ask: () => Promise<Outcome>,
): Promise<Outcome> {
  for (;;) {
    const outcome = await Promise.race([leaving(turn.reply), ask()])
    if (outcome.type !== 'failed' || outcome.failure.kind === 'client-gone') return outcome
    services.loads.doubt(turn.target)
    if (outcome.failure.kind !== 'loading' || (await engine.state(turn.target)).is !== 'loading') return outcome
  }
}

/** A question may take long to be written: a server may have to load its model for that. */
function leaving(reply: Reply): Promise<Failed> {
  return new Promise((resolve) => reply.onGone(() => resolve(clientGone)))
}

/** Before a question is sent: the model in memory, with the window that it asks for. The outcome, where that cannot be waited for. */
export async function awaitModel(services: Services, turn: Turn, question: ChatRequest): Promise<Failed | undefined> {
  const { target } = turn
  if (target.kind === 'cloud') return undefined
  const engine = await services.engines.at(target)
  const load = services.loads.ready(engine, target, askedWindow(question))
  const waited = await waitFor(load, turn, services.clock)
  if (waited.is === 'over') return waited.outcome
  return waited.value && { type: 'failed', failure: waited.value }
}

/** Only Ollama is told of one with each request. */
export function askedWindow({ extras }: ChatRequest): number | undefined {
  return numberOf(objectOf(objectOf(extras.ollama)['options'])['num_ctx'])
}

/** What runs ahead of a full queue takes seconds. */
const askAgainAfterMs = 5000

function queueFull({ clock }: Services): Failure {
  return {
    kind: 'queue-full',
    resetsAtMs: clock.now() + askAgainAfterMs,
    message: 'Too many requests wait for the local model already; ask again in a few seconds.',
  }
}

function tellPlace({ log }: Services, { target }: Turn, { ahead }: Place): void {
  if (ahead === undefined) return
  log.info(`⏳ ${target.name} is busy: waiting in its queue, at place ${ahead}`, { target: target.name, place: ahead })
}
