/** The turns of a conversation as the Messages API takes them: from the user's first to the user's last, none of them empty. */
import { isObject, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Message, UserPart, Warn } from '../../ir/request.ts'
import { markAsSystem } from '../../ir/system-words.ts'
import { encodeAssistantPart, encodeToolResult, encodeUserPart } from './blocks.ts'
import { takesPrefill } from './reasoning.ts'

interface Turn {
  role: 'user' | 'assistant'
  content: JsonValue[]
}

/** Tool results stand at the head of the next user message (providers.md 4.2), so neighbours of one wire role become one message. */
export function encodeTurns(messages: Message[], model: string, warn: Warn): JsonObject[] {
  const turns: Turn[] = []
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = encodeContent(message, warn)
    if (content.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else turns.push({ role, content })
  }
  return withUsersAtBothEnds(turns, model, warn).map(({ role, content }) => ({ role, content }))
}

function encodeContent(message: Message, warn: Warn): JsonObject[] {
  switch (message.role) {
    case 'system':
      // A system role between the turns needs a version and a model that know it (providers.md 4.3).
      return message.content.filter(saysSomething).map((part) => encodeUserPart(markAsSystem(part), warn))
    case 'user':
      return orPlaceholder(message.content.filter(saysSomething)).map((part) => encodeUserPart(part, warn))
    case 'assistant':
      return message.content.filter(saysSomething).flatMap((part) => encodeAssistantPart(part, warn))
    case 'tool':
      return message.content.map((result) =>
        encodeToolResult({ ...result, content: result.content.filter(saysSomething) }, warn),
      )
  }
}

/** Texts of nothing but white space are refused. */
export function saysSomething(part: { type: string; text?: string }): boolean {
  return part.type !== 'text' || part.text?.trim() !== ''
}

/** A user who sent nothing still had the turn. */
function orPlaceholder(content: UserPart[]): UserPart[] {
  return content.length === 0 ? [{ type: 'text', text: '(an empty message)' }] : content
}

/** The first turn has to be the user's; models that take no prefill want the last one too (providers.md 4.1). */
function withUsersAtBothEnds(turns: Turn[], model: string, warn: Warn): Turn[] {
  const head = turns[0]?.role === 'user' ? turns : [userSaying('(The conversation begins.)'), ...turns]
  if (head.at(-1)?.role === 'user') return head
  if (takesPrefill(model)) return withoutTrailingSpace(head)
  warn('an answer that the client began is not gone on with by this model itself: it is asked in words to go on')
  return [...head, userSaying('Go on from where you stopped.')]
}

function userSaying(text: string): Turn {
  return { role: 'user', content: [{ type: 'text', text }] }
}

/** White space at the end of a prefill is refused. */
function withoutTrailingSpace(turns: Turn[]): Turn[] {
  return turns.map((turn, at) => (at === turns.length - 1 ? { ...turn, content: trimLast(turn.content) } : turn))
}

function trimLast(content: JsonValue[]): JsonValue[] {
  const last = content.at(-1)
  if (!isText(last)) return content
  return [...content.slice(0, -1), { ...last, text: last.text.trimEnd() }]
}

function isText(block: JsonValue | undefined): block is JsonObject & { text: string } {
  return isObject(block) && typeof block['text'] === 'string'
}
