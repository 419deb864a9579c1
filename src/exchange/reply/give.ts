/** How an answer of Trooper's own reaches the client: its head, and all of it where it is no stream. */
import type { ClientDialect } from '../../dialects/dialect.ts'
import type { StreamEvent } from '../../ir/events.ts'
import { strictText } from '../../ir/exact-json.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { HeaderList } from '../../wire/headers.ts'
import type { Reply } from './reply.ts'

const announcements: ReadonlySet<StreamEvent['type']> = new Set(['start', 'text-start', 'reasoning-start', 'mcp-list'])

/** The commit point is the first event that does. */
export function saysSomething(event: StreamEvent): boolean {
  return !announcements.has(event.type)
}

export function beginStream(reply: Reply, { streamType }: ClientDialect, headers: HeaderList): void {
  reply.head(200, 'OK', ['content-type', streamType, 'cache-control', 'no-cache', ...headers])
}

export function giveWhole(reply: Reply, response: JsonObject, headers: HeaderList): void {
  const body = Buffer.from(strictText(response))
  reply.head(200, 'OK', ['content-type', 'application/json', 'content-length', String(body.length), ...headers])
  reply.end(body)
}
