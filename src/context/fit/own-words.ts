/** Whether a person speaks, behind the results of tools: agents write there too (real-clients.md 2). */
import type { Message } from '../../ir/request.ts'

/** What they write stands between marks (`<system-reminder>`), or is a sentence of their own. */
const written = /^\s*(?:<|Tool loaded\.\s*$|$)/

export function saysOwnWords(message: Message): boolean {
  return message.role === 'user' && message.content.some((part) => part.type === 'text' && !written.test(part.text))
}
