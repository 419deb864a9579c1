/** A whole response as the stream that it would have been, for a client or a decoder that waits for one. */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import { createWriter, type Write } from './writer.ts'

/** `undefined` for anything that is no response with an end. */
export function unroll(response: JsonObject): string | undefined {
  const { status, output } = response
  if (!Array.isArray(output) || (status !== 'completed' && status !== 'incomplete')) return undefined
  const write = createWriter()
  const begun = { ...response, status: 'in_progress', output: [], usage: null, incomplete_details: null }
  return (
    write('response.created', { response: begun }) +
    write('response.in_progress', { response: begun }) +
    output
      .filter(isObject)
      .map((item, at) => unrollItem(write, item, at))
      .join('') +
    write(`response.${status}`, { response })
  )
}

function unrollItem(write: Write, item: JsonObject, output_index: number): string {
  const [begun, parts] = opened(write, item, { item_id: item['id'] ?? '', output_index })
  return (
    write('response.output_item.added', { output_index, item: begun }) +
    parts() +
    write('response.output_item.done', { output_index, item })
  )
}

/** An item as it begins, and the events that make it whole; the others say all they have to say in their first. */
function opened(write: Write, item: JsonObject, where: JsonObject): [begun: JsonObject, parts: () => string] {
  const open = { ...item, status: 'in_progress' }
  switch (item['type']) {
    case 'message':
      return [
        { ...open, content: [] },
        () =>
          arrayOf(item['content'])
            .map((part, at) => unrollPart(write, part, at, where))
            .join(''),
      ]
    case 'reasoning':
      return [
        { ...item, summary: [] },
        () =>
          arrayOf(item['summary'])
            .map((part, at) => unrollSummary(write, part, at, where))
            .join(''),
      ]
    case 'function_call':
      return [{ ...open, arguments: '' }, () => unrollInput(write, 'function_call_arguments', 'arguments', item, where)]
    case 'custom_tool_call':
      return [{ ...open, input: '' }, () => unrollInput(write, 'custom_tool_call_input', 'input', item, where)]
    default:
      return [item, () => '']
  }
}

function unrollPart(write: Write, value: JsonValue, content_index: number, place: JsonObject): string {
  const part = objectOf(value)
  const where = { ...place, content_index }
  const [name, field] = part['type'] === 'refusal' ? ['response.refusal', 'refusal'] : ['response.output_text', 'text']
  const text = stringOf(part[field]) ?? ''
  const empty = { ...part, [field]: '', ...(field === 'text' && { annotations: [] }) }
  const logprobs: JsonObject = field === 'text' ? { logprobs: [] } : {}
  return (
    write('response.content_part.added', { ...where, part: empty }) +
    write(`${name}.delta`, { ...where, delta: text, ...logprobs }) +
    write(`${name}.done`, { ...where, [field]: text, ...logprobs }) +
    write('response.content_part.done', { ...where, part })
  )
}

function unrollSummary(write: Write, value: JsonValue, summary_index: number, place: JsonObject): string {
  const part = objectOf(value)
  const where = { ...place, summary_index }
  const text = stringOf(part['text']) ?? ''
  return (
    write('response.reasoning_summary_part.added', { ...where, part: { ...part, text: '' } }) +
    write('response.reasoning_summary_text.delta', { ...where, delta: text }) +
    write('response.reasoning_summary_text.done', { ...where, text }) +
    write('response.reasoning_summary_part.done', { ...where, part })
  )
}

function unrollInput(write: Write, name: string, field: string, item: JsonObject, where: JsonObject): string {
  const text = stringOf(item[field]) ?? ''
  return (
    write(`response.${name}.delta`, { ...where, delta: text }) +
    write(`response.${name}.done`, { ...where, [field]: text })
  )
}
