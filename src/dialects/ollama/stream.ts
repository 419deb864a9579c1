/** Ollama `/api/chat` stream -> IR events (local-engines.md 1.2, 1.3). */
import type { Emit, FinishReason, Usage } from '../../ir/events.ts'
import { frameTorn, type Failure } from '../../ir/failure.ts'
import { keepGrammar } from '../../ir/grammar.ts'
import { needsExactness, parseExact } from '../../ir/exact-json.ts'
import { arrayOf, defined, numberOf, objectOf, stringOf, type JsonObject } from '../../ir/json.ts'
import { argumentsText } from '../arguments.ts'
import type { AnswerDecoder } from '../dialect.ts'
import { createFrameReader } from '../gaps.ts'
import { createProse } from '../prose.ts'
import { decodeFailure } from './failure.ts'
import { gapGrammar } from './gaps.ts'

export function createDecoder(onEvent: Emit, nowMs: number): AnswerDecoder {
  const emit = keepGrammar(onEvent)
  let next = 0
  const prose = createProse(emit, () => next++)
  let hasCalls = false

  /** Calls arrive whole. */
  const call = (wire: JsonObject): void => {
    prose.close()
    hasCalls = true
    const index = next++
    const definition = objectOf(wire['function'])
    const id = stringOf(wire['id']) ?? `call_${nowMs.toString(36)}${index}`
    emit({ type: 'tool-call-start', index, id, name: stringOf(definition['name']) ?? '' })
    emit({ type: 'tool-call-delta', index, json: argumentsText(definition['arguments']) })
    emit({ type: 'tool-call-end', index })
  }

  const line = (body: JsonObject): void => {
    if (body['error']) {
      const failure = decodeFailure({ status: undefined, headers: {}, body, text: '', nowMs })
      return emit({ type: 'failure', failure })
    }
    emit({ type: 'start', id: '', model: stringOf(body['model']) ?? '' })
    const message = objectOf(body['message'])
    prose.say('reasoning', stringOf(message['thinking']) ?? '')
    prose.say('text', stringOf(message['content']) ?? '')
    for (const wire of arrayOf(message['tool_calls'])) call(objectOf(wire))
    if (body['done_reason'] === 'load') return emit({ type: 'failure', failure: loadedOnly })
    if (body['done'] === true) emit({ type: 'finish', ...finishReason(body, hasCalls), usage: decodeUsage(body) })
  }

  const read = createFrameReader(gapGrammar, () => emit({ type: 'failure', failure: frameTorn }))
  return {
    frame: (frame) => {
      const body = read(frame)
      if (!body) return
      // Arguments are an object here, whose numbers may be long.
      const isRounded = objectOf(body['message'])['tool_calls'] !== undefined && needsExactness(frame.data)
      line(isRounded ? objectOf(parseExact(frame.data)) : body)
    },
    // Ollama can end a stream under 200 with neither `done:true` nor an error (local-engines.md 1.2).
    end: () => emit({ type: 'failure', failure: stoppedSilently }),
  }
}

/** The answer to a question with no messages: the model is there, and was asked nothing. */
const loadedOnly: Failure = { kind: 'malformed-answer', message: 'Ollama loaded the model, but answered nothing.' }

const stoppedSilently: Failure = {
  kind: 'malformed-answer',
  message: 'Ollama stopped in the middle of the answer without saying why.',
}

/** There is no word for tool calls here: they end with `stop`. */
function finishReason(body: JsonObject, hasCalls: boolean): { reason: FinishReason; rawReason?: string } {
  const word = stringOf(body['done_reason'])
  const raw = defined({ rawReason: word })
  if (word === 'length') return { reason: 'length', ...raw }
  return { reason: hasCalls ? 'tool-calls' : 'stop', ...raw }
}

export function decodeUsage(body: JsonObject): Usage {
  return defined({ inputTokens: numberOf(body['prompt_eval_count']), outputTokens: numberOf(body['eval_count']) })
}
