/** What could not be carried to a target: counted for each exchange, told to the client where it was content, logged the first time. */
import { omittedWords, type Omitted } from '../../context/omitted.ts'
import type { Log } from '../../observe/log/log.ts'
import type { Warn } from '../../ir/request.ts'
import { headerText } from '../../wire/headers.ts'

export interface Losses {
  warn: Warn
  /** What of the conversation the target's window had no room for, in the last question that it was asked. */
  omit(omitted: Omitted): void
  /** The same, for whoever keeps a record of the exchange. */
  leftOut(): Omitted
  /** Says what is new, once all is known. */
  tell(): void
  /** For `X-Trooper-Omitted`: `34 messages, 12345 tokens, 3 images, 2 image/png`: what did not fit, and what cannot be shown; `undefined` when nothing of the conversation is missing. */
  omitted(): string | undefined
}

/** More different losses than any client causes; beyond them the log stays silent. */
const maxTold = 1000

/** Agents send the same fields with every request: a line for each would bury everything else. */
export function createLossBook(log: Log): (target: string) => Losses {
  const told = new Set<string>()
  return (target) => {
    const all = new Set<string>()
    const content = new Map<string, number>()
    let leftOut: Omitted = { messages: 0, tokens: 0, images: 0 }
    return {
      warn: (what, kind) => {
        all.add(what)
        if (kind !== undefined) content.set(kind, (content.get(kind) ?? 0) + 1)
      },
      omit: (omitted) => {
        leftOut = omitted
      },
      leftOut: () => leftOut,
      tell: () => {
        const news = [...all].filter((what) => !told.has(`${target} ${what}`))
        if (news.length === 0 || told.size > maxTold) return
        for (const what of news) told.add(`${target} ${what}`)
        log.warn(`⚠️ ${target}: ${news.join('; ')} (said once)`, { target, losses: all.size })
      },
      omitted: () => {
        const fitted = leftOut.tokens === 0 && leftOut.images === 0 ? [] : [omittedWords(leftOut)]
        const missing = [...fitted, ...[...content].map(([kind, count]) => `${count} ${kind}`)]
        return missing.length === 0 ? undefined : headerText(missing.join(', '))
      },
    }
  }
}
