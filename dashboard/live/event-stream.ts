/** The events of Trooper, as they come over one connection. */
import { createParser } from 'eventsource-parser'
import type { ApiEvent } from '../../src/admin/views.ts'

export interface EventListener {
  event(event: ApiEvent): void
  /** Something came, if only a sign that Trooper is still there. */
  sign(): void
}

/** Resolves when the stream is over; rejects when it breaks. */
export async function readEvents(body: ReadableStream<Uint8Array>, listener: EventListener): Promise<void> {
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const known = parseEvent(event, data)
      if (known) listener.event(known)
    },
  })
  const text = new TextDecoder()
  const reader = body.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    listener.sign()
    parser.feed(text.decode(read.value, { stream: true }))
  }
}

/** An event that this page does not know is of a newer Trooper. */
function parseEvent(event: string | undefined, data: string): ApiEvent | undefined {
  switch (event) {
    case 'status':
    case 'exchange':
    case 'drill':
      return { event, data: JSON.parse(data) }
    default:
      return undefined
  }
}
