/** What a target's provider wants of every conversation beyond its dialect, said in the IR; what it wants of the wire is quirks.ts. */
import type { Quirk } from '../dialects/openai-chat/quirks.ts'
import type { ChatRequest, DialectName, Warn } from '../ir/request.ts'
import { pairCalls } from './call-pairs.ts'
import { asFunctions } from './freeform-tools.ts'
import { fitToolDescriptions } from './tool-descriptions.ts'

export function fitTarget(
  request: ChatRequest,
  { dialect, quirks = [] }: { dialect: DialectName; quirks?: readonly Quirk[] },
  warn: Warn,
): ChatRequest {
  const paired = pairCalls(request, warn)
  if (dialect !== 'openai-chat') return paired
  const known = quirks.includes('custom-tools') ? paired : asFunctions(paired)
  return quirks.includes('short-descriptions') ? fitToolDescriptions(known) : known
}
