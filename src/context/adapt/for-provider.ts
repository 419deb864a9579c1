/** What a target's provider wants of every conversation beyond its dialect, said in the IR; what it wants of the wire is quirks.ts. */
import type { ChatRequest, Warn } from '../../ir/request.ts'
import type { Target } from '../../routing/target.ts'
import { pairCalls } from './call-pairs.ts'
import { withJsonWord } from './json-word.ts'
import { withKnownTools } from './plain-tools.ts'
import { fitToolDescriptions } from './tool-descriptions.ts'

export function adaptForProvider(
  request: ChatRequest,
  target: Pick<Target, 'kind' | 'dialect'>,
  warn: Warn,
): ChatRequest {
  const known = withJsonWord(withKnownTools(pairCalls(request, warn), target), target.dialect)
  return target.kind === 'cloud' && target.dialect === 'openai-chat' ? fitToolDescriptions(known) : known
}
