/** What a target of another dialect is sent. */
import type { Clock } from '../../clock.ts'
import { meetQuirks } from '../../dialects/openai-chat/quirks.ts'
import { targetDialects } from '../../dialects/registry.ts'
import { strictText, takeStrictBytes } from '../../ir/exact-json.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { ChatRequest, Warn } from '../../ir/request.ts'
import { endpointPaths, pathAt, type Target } from '../../routing/target.ts'
import type { Call } from '../../upstream/attempt.ts'
import { credentialHeader, headerOf, type HeaderList } from '../../wire/headers.ts'
import { inSteps } from '../in-steps.ts'
import type { Incoming } from '../outcome.ts'
import type { PlainTarget } from './prepare.ts'

/** A stream nearly always: what the client wants whole is gathered here. */
export type Wanted = 'stream' | 'whole'

export function bodyFor(
  request: ChatRequest,
  { dialect, quirks }: PlainTarget,
  warn: Warn,
  wanted: Wanted = 'stream',
): JsonObject {
  const body = targetDialects[dialect].encodeRequest({ ...request, stream: wanted === 'stream' }, warn)
  return quirks && dialect === 'openai-chat' ? meetQuirks(body, quirks) : body
}

/** Of whoever asks, what a target may have to know. */
type Client = Pick<Incoming, 'dialect' | 'headers' | 'body'>

/** What asks with so many bytes is written in steps; for the others that takes a twentieth longer than all at once. */
const longBytes = 1024 * 1024

export async function callOf(
  clock: Clock,
  request: ChatRequest,
  target: Target,
  client: Client,
  warn: Warn,
  wanted: Wanted = 'stream',
): Promise<Call> {
  const body = bodyFor(request, target, warn, wanted)
  return {
    origin: target.url.origin,
    method: 'POST',
    path: pathAt(target, endpointPaths[target.dialect], ''),
    headers: callHeaders(target, client),
    body: client.body.length < longBytes ? Buffer.from(strictText(body)) : await inSteps(clock, takeStrictBytes(body)),
  }
}

/** Made anew: what a client sends to one provider is not meant for another. Only its credential goes along where the target has none. */
function callHeaders(target: Target, { dialect, headers: incoming }: Client): HeaderList {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity']
  if (target.dialect === 'anthropic') {
    headers.push('anthropic-version', headerOf(incoming, 'anthropic-version') ?? '2023-06-01')
    // Fields of its own dialect go along, and each of them may need its word here (providers.md 4.3).
    const beta = dialect === 'anthropic' ? headerOf(incoming, 'anthropic-beta') : undefined
    if (beta !== undefined) headers.push('anthropic-beta', beta)
  }
  if (target.credential) headers.push(...credentialHeader(target.credential))
  else if (target.kind === 'cloud') {
    const authorization = headerOf(incoming, 'authorization')
    const key = headerOf(incoming, 'x-api-key') ?? authorization?.replace(/^Bearer /i, '')
    if (key !== undefined)
      headers.push(
        ...credentialHeader({ header: target.dialect === 'anthropic' ? 'x-api-key' : 'authorization', value: key }),
      )
  }
  return headers
}
