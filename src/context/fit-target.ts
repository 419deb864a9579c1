/** What a target's provider wants of every conversation beyond its dialect, said in the IR; what it wants of the wire is quirks.ts. */
import type { ChatRequest, Warn } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { pairCalls } from './call-pairs.ts'
import { asFunctions } from './freeform-tools.ts'
import { fitToolDescriptions } from './tool-descriptions.ts'

export function fitTarget(
  request: ChatRequest,
  { kind, dialect, quirks = [] }: Pick<Target, 'kind' | 'dialect' | 'quirks'>,
  warn: Warn,
): ChatRequest {
  const paired = pairCalls(request, warn)
  if (dialect !== 'openai-chat') return paired
  const known = quirks.includes('custom-tools') ? paired : asFunctions(paired)
  return kind === 'cloud' ? fitToolDescriptions(known) : known
}
