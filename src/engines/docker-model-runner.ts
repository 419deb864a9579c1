/** Docker Model Runner (local-engines.md 3.2, 5.1): its window is set by `docker model configure`, and not told. */
import type { Failure } from '../ir/failure.ts'
import { numberOf, objectOf } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { ask } from './kit.ts'
import { CompatibleEngine } from './openai-compatible.ts'
import { encodeFor } from './own-request.ts'

export class DockerModelRunner extends CompatibleEngine {
  override readonly name = 'docker-model-runner'

  override async count(request: ChatRequest, target: Target): Promise<number | undefined> {
    const answer = await ask(this.kit, target, '/anthropic/v1/messages/count_tokens', encodeFor('anthropic', request))
    return answer?.status === 200 ? numberOf(objectOf(answer.json)['input_tokens']) : undefined
  }

  override remedy(failure: Failure, target: Target): string | undefined {
    if (failure.kind === 'unknown-model') return `run: docker model pull ${target.model ?? ''}`
    if (failure.kind === 'too-long') return `run: docker model configure --context-size 32768 ${target.model ?? ''}`
    return super.remedy(failure, target)
  }

  protected override get base(): string {
    return '/engines/v1'
  }
}
