/** Answers of the Responses API, whole and streamed (providers.md 3.4). */

import { type JsonObject, stringOf } from '../../src/ir/json.ts'
import { type Answer, type AnswerCall, type Frame, splitJson, splitWords } from './answer.ts'
import { createdAt } from './provider-chat.ts'

export interface ResponsesEcho {
  /** What the API repeats of the request in every response object. */
  instructions: string | null
  previousResponseId: string | null
  store: boolean
  seal: (thinking: string) => string
}

export function responseId(answer: Answer): string {
  return `resp_${answer.serial}`
}

export function responsesBody(answer: Answer, echo: ResponsesEcho): JsonObject {
  return responseObject(answer, echo, finalStatus(answer), items(answer, echo))
}

export function* responsesStream(answer: Answer, echo: ResponsesEcho): Generator<Frame> {
  const event = sequenced()
  const started = responseObject(answer, echo, 'in_progress', [])
  yield event({ type: 'response.created', response: started })
  yield event({ type: 'response.in_progress', response: started })
  const output = items(answer, echo)
  for (const [index, item] of output.entries()) {
    switch (item['type']) {
      case 'reasoning':
        yield* reasoningFrames(answer, item, index, event)
        break
      case 'message':
        yield* messageFrames(answer, item, index, event)
        break
      default:
        yield* callFrames(item, index, event)
    }
  }
  const status = finalStatus(answer)
  yield event({ type: `response.${status}`, response: responseObject(answer, echo, status, output) })
}

export const responsesErrorFrame =
  'event: error\ndata: {"type":"error","code":"server_error","message":"The server had an error while processing your request.","param":null,"sequence_number":1}\n\n'

type Event = (data: JsonObject, content?: boolean) => Frame

function sequenced(): Event {
  let sequence_number = 0
  return (data, content = false) => {
    const wire = `event: ${stringOf(data['type'])}\ndata: ${JSON.stringify({ ...data, sequence_number })}\n\n`
    sequence_number += 1
    return { wire, content }
  }
}

function* messageFrames(answer: Answer, item: JsonObject, output_index: number, event: Event): Generator<Frame> {
  const at = { item_id: item['id'] ?? '', output_index, content_index: 0 }
  const part = textPart(answer.text)
  yield event({
    type: 'response.output_item.added',
    output_index,
    item: { ...item, status: 'in_progress', content: [] },
  })
  yield event({ type: 'response.content_part.added', ...at, part: textPart('') })
  for (const delta of splitWords(answer.text)) {
    yield event({ type: 'response.output_text.delta', ...at, delta, logprobs: [] }, true)
  }
  yield event({ type: 'response.output_text.done', ...at, text: answer.text, logprobs: [] })
  yield event({ type: 'response.content_part.done', ...at, part })
  yield event({ type: 'response.output_item.done', output_index, item })
}

function* callFrames(item: JsonObject, output_index: number, event: Event): Generator<Frame> {
  const json = stringOf(item['arguments']) ?? ''
  const at = { item_id: item['id'] ?? '', output_index }
  yield event({
    type: 'response.output_item.added',
    output_index,
    item: { ...item, status: 'in_progress', arguments: '' },
  })
  for (const delta of splitJson(json)) {
    yield event({ type: 'response.function_call_arguments.delta', ...at, delta }, true)
  }
  yield event({ type: 'response.function_call_arguments.done', ...at, arguments: json })
  yield event({ type: 'response.output_item.done', output_index, item })
}

function* reasoningFrames(answer: Answer, item: JsonObject, output_index: number, event: Event): Generator<Frame> {
  const text = answer.thinking ?? ''
  const at = { item_id: item['id'] ?? '', output_index, summary_index: 0 }
  yield event({ type: 'response.output_item.added', output_index, item: { ...item, summary: [] } })
  yield event({ type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } })
  for (const delta of splitWords(text)) {
    yield event({ type: 'response.reasoning_summary_text.delta', ...at, delta }, true)
  }
  yield event({ type: 'response.reasoning_summary_text.done', ...at, text })
  yield event({ type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text } })
  yield event({ type: 'response.output_item.done', output_index, item })
}

function items(answer: Answer, echo: ResponsesEcho): JsonObject[] {
  const all: JsonObject[] = []
  if (answer.thinking !== undefined) {
    all.push({
      id: `rs_${answer.serial}`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: answer.thinking }],
      encrypted_content: echo.seal(answer.thinking),
    })
  }
  const status = answer.finish === 'stop' ? 'completed' : 'incomplete'
  if (answer.text !== '') {
    const content = [textPart(answer.text)]
    all.push({ id: `msg_${answer.serial}`, type: 'message', status, role: 'assistant', content })
  }
  return [...all, ...answer.calls.map((call, index) => callItem(call, `fc_${answer.serial}_${index}`))]
}

function callItem(call: AnswerCall, id: string): JsonObject {
  return {
    id,
    type: 'function_call',
    status: 'completed',
    call_id: call.id,
    name: call.name,
    arguments: JSON.stringify(call.input),
  }
}

function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

function finalStatus(answer: Answer): 'completed' | 'incomplete' {
  return answer.finish === 'stop' ? 'completed' : 'incomplete'
}

function incompleteDetails(answer: Answer): JsonObject {
  return { reason: answer.finish === 'length' ? 'max_output_tokens' : 'content_filter' }
}

function responseObject(answer: Answer, echo: ResponsesEcho, status: string, output: JsonObject[]): JsonObject {
  return {
    id: responseId(answer),
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? incompleteDetails(answer) : null,
    instructions: echo.instructions,
    max_output_tokens: null,
    model: answer.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: echo.previousResponseId,
    reasoning: { effort: null, summary: null },
    store: echo.store,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: status === 'in_progress' ? null : responsesUsage(answer),
    user: null,
    metadata: {},
  }
}

export function responsesUsage(answer: Answer): JsonObject {
  return {
    input_tokens: answer.inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: answer.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: answer.inputTokens + answer.outputTokens,
  }
}
