/** What a client asks in each cell of the matrix, and how it hears the answer. */
import { isObject, objectOf, parseJson, arrayOf, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { countAt, demand, objectAt, textAt, type Heard, type SseClientName } from '../conformance/demand.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import type { Content } from './faults.ts'
import { planted } from '../secrets.ts'
import { usual, type Topic } from './topic.ts'

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { type: 'string' } },
  required: ['city', 'unit'],
}

/** Each call is another customer's: what is remembered of one must not hide the next. */
export function requestOf(
  dialect: SseClientName,
  content: Content,
  stream: boolean,
  customer: number | string,
  topic = usual,
): { method: 'POST'; headers: Record<string, string>; body: string } {
  const key = `${planted.clientKey}-${customer}`
  const headers: Record<string, string> =
    dialect === 'anthropic'
      ? { 'x-api-key': key, 'anthropic-version': '2023-06-01' }
      : { authorization: `Bearer ${key}` }
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...bodies[dialect](content, topic), stream }),
  }
}

const { name } = usual.call

const bodies: Readonly<Record<SseClientName, (content: Content, topic: Topic) => object>> = {
  anthropic: (content, { prompt }) => ({
    model: 'claude-sonnet-4-5',
    max_tokens: 4000,
    messages: [{ role: 'user', content: prompt }],
    ...(content === 'tool call' && { tools: [{ name, input_schema: schema }] }),
    ...(content === 'reasoning' && { thinking: { type: 'enabled', budget_tokens: 1024 } }),
  }),
  'openai-chat': (content, { prompt }) => ({
    model: 'gpt-4.1',
    messages: [{ role: 'user', content: prompt }],
    ...(content === 'tool call' && { tools: [{ type: 'function', function: { name, parameters: schema } }] }),
    ...(content === 'reasoning' && { reasoning_effort: 'low' }),
  }),
  'openai-responses': (content, { prompt }) => ({
    model: 'gpt-4.1',
    input: prompt,
    ...(content === 'tool call' && { tools: [{ type: 'function', name, parameters: schema, strict: false }] }),
    ...(content === 'reasoning' && { reasoning: { effort: 'low', summary: 'auto' } }),
  }),
}

/** Throws wherever the strictest client of the dialect would. */
export function hear(dialect: SseClientName, type: string, text: string): Heard {
  if (type.startsWith('text/event-stream')) return strictClients[dialect](text)
  demand(type.startsWith('application/json'), `an answer of type ${type}`)
  const body = objectAt(parseJson(text), 'the body')
  const { error } = body
  if (isObject(error)) return { texts: [], reasoning: [], calls: [], ending: 'failed', error }
  return readWhole[dialect](body)
}

const readWhole: Readonly<Record<SseClientName, (body: JsonObject) => Heard>> = {
  anthropic: (body) => {
    const blocks = arrayOf(body['content']).map(objectOf)
    const ofType = (type: string): JsonObject[] => blocks.filter((block) => block['type'] === type)
    textAt(body['id'], 'id')
    countAt(objectAt(body['usage'], 'usage')['output_tokens'], 'usage.output_tokens')
    return {
      texts: ofType('text').map(({ text = '' }) => textAt(text, 'text')),
      reasoning: ofType('thinking').map(({ thinking = '' }) => textAt(thinking, 'thinking')),
      calls: ofType('tool_use').map((block) => ({
        ...named(block),
        input: JSON.stringify(objectAt(block['input'], 'input')),
      })),
      ending: textAt(body['stop_reason'], 'stop_reason'),
    }
  },
  'openai-chat': (body) => {
    const choice = objectAt(arrayOf(body['choices'])[0], 'choice')
    const message = objectAt(choice['message'], 'message')
    textAt(body['id'], 'id')
    countAt(objectAt(body['usage'], 'usage')['completion_tokens'], 'usage.completion_tokens')
    return {
      texts: [stringOf(message['content']) ?? ''],
      reasoning: [stringOf(message['reasoning_content']) ?? ''],
      calls: arrayOf(message['tool_calls']).map((wire) => {
        const definition = objectAt(objectOf(wire)['function'], 'function')
        return {
          ...named({ ...definition, id: objectOf(wire)['id'] ?? '' }),
          input: textAt(definition['arguments'], 'arguments'),
        }
      }),
      ending: textAt(choice['finish_reason'], 'finish_reason'),
    }
  },
  'openai-responses': (body) => {
    const items = arrayOf(body['output']).map(objectOf)
    const ofType = (type: string): JsonObject[] => items.filter((item) => item['type'] === type)
    const texts = (parts: JsonObject[]): string => parts.map((part) => textAt(part['text'], 'part.text')).join('')
    countAt(objectAt(body['usage'], 'usage')['output_tokens'], 'usage.output_tokens')
    return {
      texts: ofType('message').map((item) => texts(arrayOf(item['content']).map(objectOf))),
      reasoning: ofType('reasoning').map((item) => texts(arrayOf(item['summary']).map(objectOf))),
      calls: ofType('function_call').map((item) => ({
        ...named({ id: item['call_id'] ?? '', name: item['name'] ?? '' }),
        input: textAt(item['arguments'], 'arguments'),
      })),
      ending: textAt(body['status'], 'status'),
    }
  },
}

function named({ id, name: tool }: JsonObject): { id: string; name: string } {
  return { id: textAt(id, 'id'), name: textAt(tool, 'name') }
}
