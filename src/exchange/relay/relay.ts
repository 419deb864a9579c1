/** Same dialect on both sides: bytes through, nothing parsed and nothing made anew. */
import { compactPath } from '../../dialects/openai-responses/compaction.ts'
import { endpointPaths, pathAt, speaks, type Target } from '../../routing/target.ts'
import { startAttempt } from '../../upstream/attempt.ts'
import { UnzippingListener } from '../../upstream/unzip.ts'
import { requestHeaders } from '../../wire/headers.ts'
import { clientGone, type Incoming, type Outcome, type Services, type Turn } from '../outcome.ts'
import { RelayListener } from './relay-listener.ts'

/** Bytes through, nothing made anew. Of its models a provider is asked in whatever dialect. */
export function isRelayed(target: Target, { dialect, asked }: Incoming): boolean {
  // Ollama's own API has two shapes of one conversation, and clouds of other dialects.
  return (
    target.kind === 'cloud' && ((dialect !== 'ollama' && speaks(target, dialect)) || asked?.question.about === 'models')
  )
}

/** `onAnswer` is told the JSON of a good answer, or of the last event of its stream, once the client has it. */
export function relay(
  services: Services,
  incoming: Incoming,
  turn: Turn,
  onAnswer?: (text: string) => void,
): Promise<Outcome> {
  const { target, reply, patience } = turn
  if (reply.isGone) return Promise.resolve(clientGone)
  return new Promise((resolve, reject) => {
    const listener = new RelayListener(services, incoming, turn, { resolve, reject }, onAnswer)
    const { headers, query, asked } = incoming
    const call = {
      origin: target.url.origin,
      method: asked?.method ?? 'POST',
      path: pathAt(target, asked?.path ?? endpointOf(incoming), query),
      headers: requestHeaders(headers, target.credential),
      body: asked?.method === 'GET' ? null : incoming.body,
    }
    listener.begin(startAttempt(services.pools, services.clock, patience, call, new UnzippingListener(listener)))
  })
}

function endpointOf({ dialect, compacts }: Incoming): string {
  return compacts ? compactPath : endpointPaths[dialect]
}
