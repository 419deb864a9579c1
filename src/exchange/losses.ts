/** What could not be carried to a target: counted for each exchange, told to the client where it was content, logged the first time. */
import type { Log } from '../observe/log.ts'
import type { Warn } from '../ir/request.ts'
import { headerText } from '../wire/headers.ts'

export interface Losses {
  warn: Warn
  /** Says what is new, once all is known. */
  tell(): void
  /** For `X-Trooper-Omitted`: `2 image/png, 1 application/pdf`; `undefined` when nothing of the conversation is missing. */
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
    return {
      warn: (what, kind) => {
        all.add(what)
        if (kind !== undefined) content.set(kind, (content.get(kind) ?? 0) + 1)
      },
      tell: () => {
        const news = [...all].filter((what) => !told.has(`${target} ${what}`))
        if (news.length === 0 || told.size > maxTold) return
        for (const what of news) told.add(`${target} ${what}`)
        log.warn(`⚠️ ${target}: ${news.join('; ')} (said once)`, { target, losses: all.size })
      },
      omitted: () => {
        if (content.size === 0) return undefined
        return headerText([...content].map(([kind, count]) => `${count} ${kind}`).join(', '))
      },
    }
  }
}
