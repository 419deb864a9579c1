/** The window in which a local model reads a conversation: large enough, as far as that can be estimated, and larger after a lesson. */
import { countTokens } from '../context/count.ts'
import { roomForAnswer } from '../context/room.ts'
import type { Engine } from '../engines/engine.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Services } from './outcome.ts'

/** The request with a window that holds it, where its server lets a request choose one. */
export async function withWindow(
  { margins }: Pick<Services, 'margins'>,
  engine: Engine,
  request: ChatRequest,
  target: Target,
): Promise<ChatRequest> {
  const needed = Math.ceil(countTokens(request) * margins.of(modelKey(target))) + roomForAnswer(request)
  return engine.dress(request, await engine.windowFor(needed, target), target)
}

/** True when the same request will get a window that holds it: the server measured more than was estimated, and less than its limit. */
export async function learnFromOverflow(
  { margins, engines }: Pick<Services, 'margins' | 'engines'>,
  { promptTokens }: Extract<Failure, { kind: 'too-long' }>,
  request: ChatRequest,
  target: Target,
): Promise<boolean> {
  if (promptTokens === undefined) return false
  const { limitTokens } = await (await engines.at(target)).facts(target)
  if (limitTokens === undefined || promptTokens >= limitTokens) return false
  return margins.learn(modelKey(target), countTokens(request), promptTokens)
}

function modelKey({ url, model }: Target): string {
  return `${url.text} ${model ?? ''}`
}
