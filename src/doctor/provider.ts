/** Whether a provider can be reached, and whether it takes the key: its list of models costs nothing. */
import type { FailedAnswer } from '../dialects/dialect.ts'
import { targetDialects } from '../dialects/registry.ts'
import { describeFailure, type Failure } from '../ir/failure.ts'
import { parseJson } from '../ir/json.ts'
import { pathAt, type Target } from '../routing/target.ts'
import type { Pools } from '../upstream/pools.ts'
import { transportFailure } from '../upstream/transport-error.ts'
import { credentialHeader } from '../wire/headers.ts'
import { bad, doubtful, good, type Finding } from './finding.ts'

const patienceMs = 10_000

export async function examineProvider(pools: Pools, target: Target, nowMs: number): Promise<Finding> {
  const { name, url, credential } = target
  const failure = await ask(pools, target, nowMs)
  const place = `${name} (${url.origin})`
  if (!failure) return good(place, credential ? 'can be reached, and takes the key' : 'can be reached')
  // What the network says is Trooper's own words for the same.
  const own = failure.kind === 'network' || failure.kind === 'timeout'
  const says = own ? describeFailure(failure) : `${describeFailure(failure)}: ${failure.message}`
  switch (failure.kind) {
    case 'network':
    case 'timeout':
      return bad(place, says, networkRemedy(failure))
    case 'bad-key':
    case 'forbidden':
      return credential
        ? bad(place, says, 'correct its key, or PRIMARY_AUTH_HEADER')
        : good(place, 'can be reached; the key is the one that your app sends, and was not checked')
    case 'quota-spent':
    case 'rate-limited':
    case 'overloaded':
      return doubtful(place, says, 'the local model answers meanwhile')
    default:
      // Gateways have no list of models: that it answers is what counts.
      return doubtful(
        place,
        `can be reached, but has no list of models to check the key with (${failure.status ?? ''})`,
      )
  }
}

function networkRemedy(failure: Failure): string {
  const isName = failure.kind === 'network' && failure.problem === 'dns'
  return isName ? 'correct the host of its URL, or look at the network' : 'look at the network, a proxy or a firewall'
}

/** What is wrong; `undefined` when nothing is. */
async function ask(pools: Pools, target: Target, nowMs: number): Promise<Failure | undefined> {
  const { dialect, credential } = target
  const version = dialect === 'anthropic' ? ['anthropic-version', '2023-06-01'] : []
  try {
    const answer = await pools.at(target.url.origin).request({
      method: 'GET',
      path: pathAt(target, dialect === 'ollama' ? '/api/tags' : '/models', ''),
      headers: [...version, ...(credential ? credentialHeader(credential) : [])],
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await answer.body.text()
    if (answer.statusCode < 400) return undefined
    const said: FailedAnswer = {
      status: answer.statusCode,
      headers: answer.headers,
      body: parseJson(text),
      text,
      nowMs,
    }
    return targetDialects[dialect].decodeFailure(said)
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      return { kind: 'timeout', phase: 'head', message: `Nothing came within ${patienceMs / 1000} s.` }
    return transportFailure(error instanceof Error ? error : new Error('unknown'), { hadAnswer: false, elapsedMs: 0 })
  }
}
