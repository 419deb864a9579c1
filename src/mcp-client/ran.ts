/** What MCP servers have done for an answer of which its client has nothing yet: whoever is asked next goes on from there, and nothing is done twice. */
import type { StreamEvent, Usage } from '../ir/events.ts'
import type { Message } from '../ir/request.ts'

export interface Ran {
  /** What the client is to be told of it. */
  events: StreamEvent[]
  /** The same as the next question tells it. */
  messages: Message[]
  usage: Usage
  /** Of questions and calls: what had to be called has been. */
  rounds: number
  /** The next index of the client's answer. */
  free: number
  calls: number
  /** Requests for the client's word whose calls are among them. */
  approved: string[]
}

export function nothingRan(): Ran {
  return { events: [], messages: [], usage: {}, rounds: 0, free: 0, calls: 0, approved: [] }
}
