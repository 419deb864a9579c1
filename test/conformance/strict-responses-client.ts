/** A Responses client that checks what any of the real ones checks (providers.md 3.4, real-clients.md 5). */
import { isDeepStrictEqual } from 'node:util'
import { arrayOf, objectOf, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { countAt, demand, objectAt, parseFrames, textAt, type Heard } from './demand.ts'

interface Item {
  id: string
  type: string
  /** The texts of the parts, or the arguments. */
  text: string
  partOpen: boolean
  textDone: boolean
  final?: JsonObject
  added: JsonObject
}

const prefixes: Readonly<Record<string, string>> = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  web_search_call: 'ws_',
  custom_tool_call: 'ctc_',
  local_shell_call: 'lsh_',
  tool_search_call: 'tsc_',
  compaction: 'cmp_',
}

/** Items whose text stands in the item alone, or comes without a part around it. */
const partless = new Set(['function_call', 'custom_tool_call', 'local_shell_call', 'tool_search_call', 'compaction'])
/** Items that say all they have to say in their two events. */
const silent = new Set(['local_shell_call', 'tool_search_call', 'compaction', 'web_search_call'])

/** What a delta extends: item type, name of its done event, field with the whole text. */
const deltas: Readonly<Record<string, [item: string, done: string, field: string]>> = {
  'response.output_text.delta': ['message', 'response.output_text.done', 'text'],
  'response.reasoning_summary_text.delta': ['reasoning', 'response.reasoning_summary_text.done', 'text'],
  'response.function_call_arguments.delta': ['function_call', 'response.function_call_arguments.done', 'arguments'],
  'response.custom_tool_call_input.delta': ['custom_tool_call', 'response.custom_tool_call_input.done', 'input'],
}
const doneEvents = new Map(Object.values(deltas).map(([item, done, field]) => [done, { item, field }]))

export function readResponses(text: string): Heard {
  const items: Item[] = []
  let sequence = 0
  let identity: string | undefined
  let ending: string | undefined
  let last: JsonObject = {}

  for (const { event, data } of parseFrames(text)) {
    demand(ending === undefined, `${event} after the end`)
    const body = objectAt(JSON.parse(data), 'data')
    const type = textAt(body['type'], 'type')
    demand(event === type, `event line '${event}' does not name '${type}'`)
    demand(
      body['sequence_number'] === sequence,
      `sequence_number ${JSON.stringify(body['sequence_number'])} instead of ${sequence}`,
    )
    sequence += 1
    if (type === 'error') {
      textAt(body['message'], 'error.message')
      return { ...gather(items), ending: 'failed', error: body }
    }
    demand(sequence > 1 || type === 'response.created', `${type} comes before response.created`)
    if ('response' in body) {
      demand(type !== 'response.created' || sequence === 1, 'a second response.created')
      last = checkResponse(objectAt(body['response'], 'response'))
      demand(identity === undefined || last['id'] === identity, 'Lifecycle response identity changed.')
      identity = textAt(last['id'], 'response.id')
      if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed') ending = type
      else {
        demand(last['status'] === 'in_progress', `${type} is not in progress`)
        checkSoFar(items, arrayOf(last['output']).map(objectOf))
      }
    } else if (type !== 'keepalive') takeItemEvent(items, type, body)
  }
  demand(ending !== undefined, "Didn't receive a `response.completed` event.")
  demand(`response.${stringOf(last['status'])}` === ending, `status ${JSON.stringify(last['status'])} in ${ending}`)
  if (ending === 'response.failed') {
    const error = objectAt(last['error'], 'error')
    textAt(error['code'], 'error.code')
    textAt(error['message'], 'error.message')
    return { ...gather(items), ending: 'failed', error }
  }
  demand(
    items.every((item) => item.final !== undefined),
    'an item without output_item.done',
  )
  demand(
    isDeepStrictEqual(
      last['output'],
      items.map((item) => item.final),
    ),
    'the final output is not what the items said',
  )
  const usage = objectAt(last['usage'], 'usage')
  for (const field of ['input_tokens', 'output_tokens', 'total_tokens']) countAt(usage[field], `usage.${field}`)
  const reason = stringOf(objectOf(last['incomplete_details'])['reason'])
  demand((ending === 'response.incomplete') === (reason !== undefined), 'incomplete_details do not fit the ending')
  return { ...gather(items), ending: reason ?? 'completed', usage }
}

/** openai 6 goes on from what a repeated `response.in_progress` holds, and so needs all that was said before. */
function checkSoFar(items: readonly Item[], output: readonly JsonObject[]): void {
  demand(output.length === items.length, `response.in_progress holds ${output.length} of ${items.length} items`)
  for (const [at, { id, type, text }] of items.entries())
    demand(
      output[at]?.['id'] === id && output[at]?.['type'] === type && wholeText(output[at]) === text,
      `response.in_progress holds another item at ${at} than was said`,
    )
}

function checkResponse(response: JsonObject): JsonObject {
  demand(textAt(response['id'], 'response.id').startsWith('resp_'), 'response.id has no resp_ prefix')
  textAt(response['model'], 'response.model')
  demand(Number.isInteger(countAt(response['created_at'], 'response.created_at')), 'created_at is no whole second')
  demand(Array.isArray(response['output']), 'response.output is no list')
  demand(Array.isArray(response['tools']), 'response.tools is no list')
  demand(response['object'] === 'response', 'object is not response')
  for (const field of ['error', 'incomplete_details', 'parallel_tool_calls', 'tool_choice', 'usage', 'metadata'])
    demand(field in response, `response has no ${field}`)
  return response
}

function takeItemEvent(items: Item[], type: string, body: JsonObject): void {
  const index = countAt(body['output_index'], `${type} output_index`)
  if (type === 'response.output_item.added') return addItem(items, index, objectAt(body['item'], 'item'))
  const item = items[index]
  demand(item !== undefined, `missing output at index ${index}`)
  demand(item.final === undefined, `${type} after output_item.done`)
  if (type === 'response.output_item.done') {
    const final = objectAt(body['item'], 'item')
    demand(final['id'] === item.id && final['type'] === item.type, 'output_item.done is of another item')
    // Thoughts without a summary have no part and no text at all.
    const isSilent = item.type === 'reasoning' && !item.partOpen
    demand(item.textDone || isSilent, 'output_item.done before the done event of its text')
    demand(wholeText(final) === item.text, 'output_item.done says another text than its deltas')
    const hasStatus = final['type'] !== 'reasoning' && final['type'] !== 'compaction'
    // What only the provider could have run to its end.
    const ended = item.type === 'web_search_call' ? ['completed', 'failed'] : ['completed']
    demand(!hasStatus || ended.includes(stringOf(final['status']) ?? ''), 'a finished item without status')
    item.final = final
    return
  }
  demand(body['item_id'] === item.id, `${type} has item_id ${JSON.stringify(body['item_id'])} instead of ${item.id}`)
  if (item.type === 'web_search_call')
    return demand(type.startsWith('response.web_search_call.'), `${type} in a search`)
  const delta = deltas[type]
  const done = doneEvents.get(type)
  if (delta) {
    demand(delta[0] === item.type, `${type} in a ${item.type}`)
    demand(item.partOpen && !item.textDone, `missing content at index 0`)
    item.text += textAt(body['delta'], 'delta')
  } else if (done) {
    demand(done.item === item.type && body[done.field] === item.text, `${type} says another text than its deltas`)
    item.textDone = true
  } else if (type.endsWith('_part.added')) {
    demand(!item.partOpen, 'a second part')
    item.partOpen = true
  } else if (type.endsWith('_part.done')) demand(item.textDone, `${type} before the text is done`)
  else demand(false, `Unhandled response stream event ${type}`)
}

function addItem(items: Item[], index: number, added: JsonObject): void {
  demand(index === items.length, `output_index ${index} where ${items.length} was due`)
  const type = textAt(added['type'], 'item.type')
  const id = textAt(added['id'], 'item.id')
  demand(prefixes[type] !== undefined && id.startsWith(prefixes[type]), `item id '${id}' does not fit a ${type}`)
  demand(
    items.every((item) => item.id !== id),
    `item id '${id}' is used twice`,
  )
  if (type === 'function_call' || type === 'custom_tool_call') textAt(added['name'], 'name')
  if (type.endsWith('_call') && type !== 'web_search_call')
    demand(textAt(added['call_id'], 'call_id').length <= 64, 'call_id is longer than 64 characters')
  items.push({ id, type, text: '', partOpen: partless.has(type), textDone: silent.has(type), added })
}

function wholeText(item: JsonObject): string {
  if (item['type'] === 'function_call') return stringOf(item['arguments']) ?? ''
  if (item['type'] === 'custom_tool_call') return stringOf(item['input']) ?? ''
  const parts = [...arrayOf(item['content']), ...arrayOf(item['summary'])]
  return parts.map((part) => stringOf(objectOf(part)['text']) ?? '').join('')
}

function gather(items: Item[]): Pick<Heard, 'texts' | 'reasoning' | 'calls'> {
  const of = (type: string): Item[] => items.filter((item) => item.type === type)
  return {
    texts: of('message').map((item) => item.text),
    reasoning: of('reasoning').map((item) => item.text),
    calls: [...of('function_call'), ...of('custom_tool_call')].map(({ added, text }) => ({
      id: stringOf(added['call_id']) ?? '',
      name: stringOf(added['name']) ?? '',
      input: text,
    })),
  }
}
