/** One attempt at a local model: a place at its engine, the model in memory, then the call. */
import type { Engine } from '../../engines/engine.ts'
import type { ClientSide } from '../client-side.ts'
import { inTurn } from './in-turn.ts'
import { numberOf, objectOf } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { clientGone, type Failed, type Incoming, type Outcome, type Services, type Turn } from '../outcome.ts'
import { askerOf } from '../payer.ts'
import type { Reply } from '../reply/reply.ts'
import { keepVigil } from '../reply/signs-of-life.ts'
import { waitFor, waiterOf } from '../wait.ts'

/** `ask` is called when it is the request's turn, and again when the engine turned out to be loading; `client`, where it waits for a stream. */
export function attemptLocal(
  services: Services,
  incoming: Incoming,
  turn: Turn,
  client: ClientSide | undefined,
  ask: (turn: Turn) => Promise<Outcome>,
): Promise<Outcome> {
  const { target, reply, record } = turn
  const { clock } = services
  const guest = { ...waiterOf(turn), target, asker: askerOf(incoming), onTurn: () => record.hasTurn(clock.now()) }
  const attempt = inTurn(services, guest, (engine, aside) =>
    askUntilLoaded(services, engine, turn, () => ask({ ...turn, aside })),
  )
  if (!client) return attempt
  return keepVigil(services, target, attempt, {
    isGone: () => reply.isGone,
    silentSinceMs: () => client.silentSinceMs(),
    keepAlive: () => {
      if (client.isStarving()) turn.patience.race?.onContent()
      client.keepAlive(true)
    },
  })
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
  const waited = await waitFor(load, waiterOf(turn), services.clock)
  if (waited.is === 'over') return waited.outcome
  return waited.value && { type: 'failed', failure: waited.value }
}

/** Only Ollama is told of one with each request. */
export function askedWindow({ extras }: ChatRequest): number | undefined {
  return numberOf(objectOf(objectOf(extras.ollama)['options'])['num_ctx'])
}
