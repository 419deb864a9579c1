/**
 * Lines that an agent writes anew in every request, for its provider alone. At the head of a prompt they make a local model read all of it
 * again at each turn (local-engines.md 1.9), and what they say is not true of it: who pays, and how much of the provider's window is left.
 */
import type { ChatRequest, Message, TextPart, UserPart } from '../../ir/request.ts'

/** Claude Code's first system block (real-clients.md 2). */
const billing = /^x-anthropic-billing-header:[^\n]*\n?/gm
/** Its countdown, at the head and behind every result of a tool, and the one that models are taught to expect. */
const countdown =
  /<total_tokens>[^<]{0,60}<\/total_tokens>\n?|<system_warning>\s*Token usage:[^<]{0,80}<\/system_warning>\n?/g
const suspect = /x-anthropic-billing-header:|<total_tokens>|<system_warning>/

/** The same request where there is none. */
export function withoutChangingLines(request: ChatRequest): ChatRequest {
  const messages = request.messages.map(cleared)
  return messages.every((message, at) => message === request.messages[at]) ? request : { ...request, messages }
}

function cleared(message: Message): Message {
  switch (message.role) {
    case 'system':
      return message.content.some(changes) ? { role: 'system', content: message.content.flatMap(clearText) } : message
    case 'user':
      return message.content.some((part) => part.type === 'text' && changes(part))
        ? { role: 'user', content: message.content.flatMap(clearPart) }
        : message
    // What a model or a tool said is history, whatever it looks like.
    case 'assistant':
    case 'tool':
      return message
  }
}

function clearPart(part: UserPart): UserPart[] {
  return part.type === 'text' ? clearText(part) : [part]
}

function changes({ text }: TextPart): boolean {
  return suspect.test(text) && clear(text) !== text
}

function clear(text: string): string {
  return text.replace(billing, '').replace(countdown, '')
}

function clearText(part: TextPart): TextPart[] {
  if (!changes(part)) return [part]
  const text = clear(part.text)
  return text.trim() === '' ? [] : [{ ...part, text }]
}
