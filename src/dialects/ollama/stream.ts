/** Ollama `/api/chat` stream -> IR events (local-engines.md 1.2, 1.3). */
import type { Emit, FinishReason, StreamEvent, Usage } from '../../ir/events.ts'
import { arrayOf, defined, isObject, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { AnswerDecoder } from '../dialect.ts'
import { createProse } from '../prose.ts'
import { decodeFailure } from './failure.ts'

export function createDecoder(emit: Emit, nowMs: number): AnswerDecoder {
  let next = 0
  const prose = createProse(emit, () => next++)
  let started = false
  let hasCalls = false
  let ended = false

  /** Calls arrive whole, arguments as an object. */
  const call = (wire: JsonObject): void => {
    prose.close()
    hasCalls = true
    const index = next++
    const definition = objectOf(wire['function'])
    emit({
      type: 'tool-call-start',
      index,
      id: stringOf(wire['id']) ?? `call_${String(index).padStart(8, '0')}`,
      name: stringOf(definition['name']) ?? '',
    })
    emit({ type: 'tool-call-delta', index, json: JSON.stringify(objectOf(definition['arguments'])) })
    emit({ type: 'tool-call-end', index })
  }

  const end = (event: Extract<StreamEvent, { type: 'finish' | 'failure' }>): void => {
    if (ended) return
    ended = true
    if (event.type === 'finish') prose.close()
    emit(event)
  }

  const line = (body: JsonObject): void => {
    if (body['error'] !== undefined) {
      return end({
        type: 'failure',
        failure: decodeFailure({ status: undefined, headers: {}, body, text: '', nowMs }),
      })
    }
    if (!started) emit({ type: 'start', id: '', model: stringOf(body['model']) ?? '' })
    started = true
    const message = objectOf(body['message'])
    prose.say('reasoning', stringOf(message['thinking']) ?? '')
    prose.say('text', stringOf(message['content']) ?? '')
    for (const wire of arrayOf(message['tool_calls'])) call(objectOf(wire))
    if (body['done'] === true) end({ type: 'finish', ...finishReason(body, hasCalls), usage: decodeUsage(body) })
  }

  return {
    frame: ({ data }) => {
      const body = parseJson(data)
      if (isObject(body) && !ended) line(body)
    },
    // Ollama can end a stream under 200 with neither `done:true` nor an error (local-engines.md 1.2).
    end: () =>
      end({
        type: 'failure',
        failure: {
          kind: 'malformed-answer',
          message: 'Ollama stopped in the middle of the answer without saying why.',
        },
      }),
  }
}

/** There is no word for tool calls here: they end with `stop`. */
function finishReason(body: JsonObject, hasCalls: boolean): { reason: FinishReason; rawReason?: string } {
  const word = stringOf(body['done_reason'])
  const raw = defined({ rawReason: word })
  if (word === 'length') return { reason: 'length', ...raw }
  return { reason: hasCalls ? 'tool-calls' : 'stop', ...raw }
}

function decodeUsage(body: JsonObject): Usage {
  return defined({ inputTokens: numberOf(body['prompt_eval_count']), outputTokens: numberOf(body['eval_count']) })
}
