/** vLLM (local-engines.md 3.2, 5.1): its window is its `max_model_len`, and it counts conversations. */
import { numberOf, objectOf } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { ask } from './kit.ts'
import { CompatibleEngine } from './openai-compatible.ts'
import { encodeFor } from './own-request.ts'

export class Vllm extends CompatibleEngine {
  override readonly name = 'vllm'

  override async count(request: ChatRequest, target: Target): Promise<number | undefined> {
    const { model, messages = [], tools } = encodeFor('openai-chat', request)
    const body = { model: model ?? '', messages, ...(tools !== undefined && { tools }) }
    const answer = await ask(this.kit, target, '/tokenize', body)
    return answer?.status === 200 ? numberOf(objectOf(answer.json)['count']) : undefined
  }
}
