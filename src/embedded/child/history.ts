/** Ollama's messages -> the library's history, in which calls, their results and thoughts stand inside the model's turn (local-engines.md 4.2). */
import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { FunctionCallItem, HistoryItem, ModelPart } from './library.ts'

export function readHistory(messages: readonly JsonValue[]): HistoryItem[] {
  const history: HistoryItem[] = []
  const calls: OpenCall[] = []
  for (const message of messages.map(objectOf)) {
    const text = stringOf(message['content']) ?? ''
    switch (stringOf(message['role'])?.toLowerCase()) {
      case 'system':
        history.push({ type: 'system', text })
        break
      case 'assistant':
        turnOf(history).push(...readAssistant(message, text, calls))
        break
      case 'tool':
        giveResult(message, text, calls, history)
        break
      default:
        history.push({ type: 'user', text })
    }
  }
  return history
}

interface OpenCall {
  id: string | undefined
  item: FunctionCallItem
}

/** The model's turn goes on behind the results of its calls. */
function turnOf(history: HistoryItem[]): ModelPart[] {
  const last = history.at(-1)
  if (last?.type === 'model') return last.response
  const response: ModelPart[] = []
  history.push({ type: 'model', response })
  return response
}

function readAssistant(message: JsonObject, text: string, calls: OpenCall[]): ModelPart[] {
  const parts: ModelPart[] = []
  const thinking = stringOf(message['thinking'])
  if (thinking) parts.push({ type: 'segment', segmentType: 'thought', text: thinking, ended: true })
  if (text !== '') parts.push(text)
  for (const [at, call] of arrayOf(message['tool_calls']).map(objectOf).entries()) {
    const { name, arguments: params } = objectOf(call['function'])
    const item: FunctionCallItem = {
      type: 'functionCall',
      name: stringOf(name) ?? '',
      params: objectOf(params),
      result: undefined,
      startsNewChunk: at === 0,
    }
    calls.push({ id: stringOf(call['id']), item })
    parts.push(item)
  }
  return parts
}

/** To the call whose id it names, else to the first that waits: ids are optional on this wire. */
function giveResult(message: JsonObject, text: string, calls: OpenCall[], history: HistoryItem[]): void {
  const id = stringOf(message['tool_call_id'])
  const waiting = calls.filter(({ item }) => item.result === undefined)
  const call = waiting.find((one) => id !== undefined && one.id === id) ?? waiting[0]
  if (call) call.item.result = text
  else history.push({ type: 'user', text: `Result of ${stringOf(message['tool_name']) ?? 'a tool'}: ${text}` })
}
