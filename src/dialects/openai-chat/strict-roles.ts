/** Messages in the order of roles that Mistral wants (providers.md 4.6; `Unexpected role 'user' after role 'tool'`, code 3230). */
import { arrayOf, isObject, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'

/** What stands for the answer to results that the user interrupted. */
const bridge = { role: 'assistant', content: 'OK.' }

export function orderRoles(messages: readonly JsonValue[]): JsonValue[] {
  const ordered: JsonValue[] = []
  for (const message of messages) {
    if (!isObject(message)) {
      ordered.push(message)
      continue
    }
    if (isEmptyAnswer(message)) continue
    const before = stringOf(lastOf(ordered)?.['role'])
    const fitting = before === 'assistant' || before === 'tool' ? asUser(message) : message
    if (before === 'tool' && fitting['role'] === 'user') ordered.push(bridge)
    ordered.push(fitting)
  }
  return markedAtEnd(ordered)
}

function lastOf(messages: readonly JsonValue[]): JsonObject | undefined {
  const last = messages.at(-1)
  return isObject(last) ? last : undefined
}

/** An answer that says nothing and calls nothing is refused; what a local model only thought leaves one. */
function isEmptyAnswer(message: JsonObject): boolean {
  const isEmpty = message['content'] === '' || (message['content'] ?? null) === null
  return message['role'] === 'assistant' && isEmpty && arrayOf(message['tool_calls']).length === 0
}

/** Instructions in the middle of the conversation are marked words of the user. */
function asUser(message: JsonObject): JsonObject {
  if (message['role'] !== 'system' && message['role'] !== 'developer') return message
  const { content } = message
  const marked = typeof content === 'string' ? `<system>\n${content}\n</system>` : (content ?? '')
  return { ...message, role: 'user', content: marked }
}

function markedAtEnd(messages: JsonValue[]): JsonValue[] {
  const last = lastOf(messages)
  if (last?.['role'] !== 'assistant' || last['prefix'] === true || last['tool_calls'] !== undefined) return messages
  return [...messages.slice(0, -1), { ...last, prefix: true }]
}
