/** Requests of apps that speak Ollama's own API, `/api/chat` and `/api/generate` -> IR (local-engines.md 1.1, 1.4). */
import {
  arrayOf,
  booleanOf,
  compact,
  defined,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  wordOf,
  without,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import type {
  AssistantPart,
  ChatRequest,
  FilePart,
  Message,
  Output,
  Reasoning,
  Sampling,
  Tool,
  ToolCallPart,
  UserPart,
} from '../../ir/request.ts'
import { argumentsText } from '../arguments.ts'
import { BadRequest } from '../dialect.ts'
import { decodeFunction } from '../openai-format.ts'
import { withoutEmptyPromptFields } from './own-prompt.ts'

const modelled = new Set('model messages prompt system images stream tools think format options'.split(' '))
const modelledOptions = new Set(
  'num_predict temperature top_p top_k seed presence_penalty frequency_penalty stop'.split(' '),
)

/** A body without `messages` is `/api/generate`'s; `echo.generate` says so, as its answers have another shape. */
export function decodeRequest(body: JsonValue | undefined): ChatRequest {
  if (!isObject(body)) throw new BadRequest('body', 'must be a JSON object')
  const model = stringOf(body['model'])
  if (model === undefined || model === '') throw new BadRequest('model', 'is required')
  const isChat = body['messages'] !== undefined
  const options = objectOf(body['options'])
  const rest = withoutEmptyPromptFields(
    compact({ ...without(body, modelled), options: some(without(options, modelledOptions)) }),
  )
  return {
    model,
    stream: body['stream'] !== false,
    messages: isChat ? decodeMessages(arrayOf(body['messages'])) : decodePrompt(body),
    tools: arrayOf(body['tools']).map((tool) => decodeTool(objectOf(tool))),
    toolChoice: { type: 'auto' },
    sampling: decodeSampling(options),
    output: decodeFormat(body['format']),
    ...defined({ reasoning: decodeThink(body['think']) }),
    extras: { ollama: rest },
    echo: { generate: !isChat },
  }
}

function some(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object
}

function decodePrompt(body: JsonObject): Message[] {
  const system = stringOf(body['system'])
  const prompt = stringOf(body['prompt'])
  const head: Message[] = system ? [{ role: 'system', content: [{ type: 'text', text: system }] }] : []
  return prompt ? [...head, { role: 'user', content: userContent(prompt, body['images']) }] : []
}

function decodeMessages(messages: JsonValue[]): Message[] {
  const decoded: Message[] = []
  /** Calls whose results have not come yet, in the order in which they were made. */
  let open = new Set<Call>()
  messages.forEach((value, at) => {
    const message = objectOf(value)
    const text = stringOf(message['content']) ?? ''
    switch (stringOf(message['role'])?.toLowerCase()) {
      case 'system':
        return decoded.push({ role: 'system', content: [{ type: 'text', text }] })
      case 'user':
        return decoded.push({ role: 'user', content: userContent(text, message['images']) })
      case 'assistant': {
        const content = decodeAssistant(message, text, at)
        open = new Set(content.flatMap((part) => (part.type === 'tool-call' ? [part] : [])))
        return decoded.push({ role: 'assistant', content })
      }
      case 'tool': {
        const call = takeCall(open, message)
        const result = {
          type: 'tool-result' as const,
          callId: call.id,
          content: userContent(text, message['images']),
          isError: false,
          ...defined({ toolName: call.name || undefined }),
        }
        const last = decoded.at(-1)
        return last?.role === 'tool' ? last.content.push(result) : decoded.push({ role: 'tool', content: [result] })
      }
      default:
        throw new BadRequest(`messages[${at}].role`, "must be one of 'system', 'user', 'assistant', 'tool'")
    }
  })
  return decoded
}

type Call = Pick<ToolCallPart, 'id' | 'name'>

/** Ids may be missing on this wire: then a result belongs to the next open call of its name, or to the next one at all. */
function takeCall(open: Set<Call>, message: JsonObject): Call {
  const id = stringOf(message['tool_call_id'])
  const name = stringOf(message['tool_name']) ?? ''
  const call = findCall(open, (one) => (id === undefined ? name === '' || one.name === name : one.id === id))
  if (call) open.delete(call)
  return id === undefined ? (call ?? { id: 'call_unknown', name }) : { id, name: call?.name ?? name }
}

/** The first one, where it is none of them; most results come in the order of their calls. */
function findCall(open: ReadonlySet<Call>, isIt: (call: Call) => boolean): Call | undefined {
  for (const call of open) if (isIt(call)) return call
  const [first] = open
  return first
}

function decodeAssistant(message: JsonObject, text: string, at: number): AssistantPart[] {
  const thinking = stringOf(message['thinking'])
  const calls = arrayOf(message['tool_calls']).map((call, index): AssistantPart => {
    const definition = objectOf(objectOf(call)['function'])
    return {
      type: 'tool-call',
      id: stringOf(objectOf(call)['id']) ?? `call_${at}_${index}`,
      name: stringOf(definition['name']) ?? '',
      input: argumentsText(definition['arguments']),
    }
  })
  return [
    ...(thinking ? [{ type: 'reasoning' as const, text: thinking }] : []),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...calls,
  ]
}

function userContent(text: string, images: JsonValue | undefined): UserPart[] {
  const files = arrayOf(images).flatMap((image) => (typeof image === 'string' ? [imageFile(image)] : []))
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...files]
}

/** Bare base64 says nothing of its type but by how it begins. */
const beginnings: readonly (readonly [string, string])[] = [
  ['iVBOR', 'image/png'],
  ['R0lG', 'image/gif'],
  ['UklG', 'image/webp'],
]

function imageFile(data: string): FilePart {
  const mediaType = beginnings.find(([start]) => data.startsWith(start))?.[1] ?? 'image/jpeg'
  return { type: 'file', mediaType, data: { from: 'base64', data } }
}

function decodeTool(tool: JsonObject): Tool {
  const definition = decodeFunction(objectOf(tool['function']))
  return definition ?? { type: 'opaque', dialect: 'ollama', kind: wordOf(tool['type']), value: tool }
}

function decodeSampling(options: JsonObject): Sampling {
  const limit = numberOf(options['num_predict'])
  const stop = options['stop']
  return {
    ...defined({
      // Below zero there is no limit.
      maxOutputTokens: limit !== undefined && limit > 0 ? limit : undefined,
      temperature: numberOf(options['temperature']),
      topP: numberOf(options['top_p']),
      topK: numberOf(options['top_k']),
      seed: numberOf(options['seed']),
      presencePenalty: numberOf(options['presence_penalty']),
      frequencyPenalty: numberOf(options['frequency_penalty']),
    }),
    stopSequences: (typeof stop === 'string' ? [stop] : arrayOf(stop)).filter((entry) => typeof entry === 'string'),
  }
}

function decodeThink(think: JsonValue | undefined): Reasoning | undefined {
  if (typeof think === 'string') return { effort: think }
  const wanted = booleanOf(think)
  if (wanted === undefined) return undefined
  return wanted ? {} : { effort: 'none' }
}

function decodeFormat(format: JsonValue | undefined): Output {
  if (isObject(format)) return { type: 'json', schema: format }
  return format === 'json' ? { type: 'json' } : { type: 'text' }
}
