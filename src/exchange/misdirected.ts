/** A client's own key that is another provider's secret: it is not sent, and the client is told. */
import type { Failure } from '../ir/failure.ts'
import { misdirectedAt } from '../routing/key-owner.ts'
import type { Target } from '../routing/target.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { Services } from './outcome.ts'
import { keysIn } from './payer.ts'

/** `undefined`, and nothing looked at, where the target has a key of its own or is nobody known. */
export function misdirected(
  { log }: Pick<Services, 'log'>,
  target: Target,
  headers: HeaderList,
  query: string,
): Failure | undefined {
  const { name, provider = '' } = target
  const owner = misdirectedAt(target, () => keysIn(headers, query))
  if (owner === undefined) return undefined
  const own = name === 'primary' ? 'as PRIMARY_API_KEY' : `as the key of the target '${name}'`
  log.warn(`⚠️ A key in the form of ${owner}'s came from an app, and was not sent to ${provider}`, { target: name })
  const message = `The key that your app sends has the form of a key of ${owner}, and Trooper did not send it to ${provider}: give your app a key of ${provider}, or give Trooper one ${own}.`
  return { kind: 'bad-key', status: 401, message }
}
