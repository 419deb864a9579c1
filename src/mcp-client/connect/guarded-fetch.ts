/** How a connection to an MCP server reaches the network: only where it may, no further than it must, and no more of it than can be held. */
import { restoreExact } from '../../ir/exact-json.ts'
import { isObject, parseJson } from '../../ir/json.ts'

export interface Guard {
  /** Asked for every address, those of redirects too. */
  isAllowed: (url: string) => boolean
  /** Of one answer. */
  largestBytes: number
  /** A request wants an answer; returns what is told when that has come to its end, well or not. */
  onRequest: () => () => void
}

/** Why nothing was asked, or its answer thrown away: a sentence for the client. */
export class Guarded extends Error {}

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

export function guardedFetch({ isAllowed, largestBytes, onRequest }: Guard): Fetch {
  return async (url, init = {}) => {
    if (!isAllowed(String(url))) throw new Guarded('It leads to an address that MCP_SERVERS does not name.')
    if (isStanding(init)) return new Response(null, { status: 405 })
    const body = typeof init.body === 'string' ? restoreExact(init.body) : undefined
    const onEnd = body !== undefined && asks(body) ? onRequest() : () => {}
    const response = await fetch(url, { ...init, ...(body !== undefined && { body }), redirect: 'manual' })
    if (!response.body) return response
    const { status, statusText, headers } = response
    // One that was only accepted is answered elsewhere.
    const bounded = bound(response.body, largestBytes, status === 200 ? onEnd : () => {})
    return new Response(bounded, { status, statusText, headers })
  }
}

/** The stream on which a server may say something unasked: nobody would listen, and it would hold a connection for nothing. */
function isStanding({ method, headers }: RequestInit): boolean {
  const given = new Headers(headers)
  return (
    method === 'GET' &&
    given.get('accept')?.includes('text/event-stream') === true &&
    given.has('mcp-protocol-version') &&
    !given.has('last-event-id')
  )
}

/** Not so a notification, which wants no answer. */
function asks(body: string): boolean {
  const message = parseJson(body)
  return isObject(message) && message['id'] !== undefined && message['method'] !== undefined
}

function bound(
  source: ReadableStream<Uint8Array>,
  largestBytes: number,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let bytes = 0
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read()
        bytes += value?.length ?? 0
        if (bytes > largestBytes) throw new Guarded('It answered with more than can be read.')
        if (!done) return controller.enqueue(value)
        controller.close()
      } catch (error) {
        controller.error(error)
        void reader.cancel().catch(() => {})
      }
      onEnd()
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
