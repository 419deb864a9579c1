/** The trace of one exchange: the ids of its spans, and what a target is told of them. */
import { randomBytes } from 'node:crypto'
import { headerOf, withoutFields, type HeaderList } from '../../wire/headers.ts'
import { readTraceParent, writeTraceParent } from '../../wire/trace-context.ts'

export interface Trace {
  readonly traceId: string
  /** Of the exchange. */
  readonly spanId: string
  /** The client's. */
  readonly parentSpanId?: string
  /** What other systems have to say of it (`tracestate`). */
  readonly state?: string
}

/** `undefined` when its client does not have it recorded: then nobody shall. */
export function beginTrace(headers: HeaderList): Trace | undefined {
  const parent = readTraceParent(headerOf(headers, 'traceparent'))
  if (!parent) return { traceId: randomHex(16), spanId: newSpanId() }
  if (!parent.isSampled) return undefined
  const state = headerOf(headers, 'tracestate')
  const { traceId, spanId: parentSpanId } = parent
  const isKept = state !== undefined && state.length <= longestState
  return { traceId, spanId: newSpanId(), parentSpanId, ...(isKept && { state }) }
}

/** So much everybody has to pass on (W3C Trace Context 3.3.1.5). */
const longestState = 512

export function newSpanId(): string {
  return randomHex(8)
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

/** What a target is sent: the call of it is the parent of whatever it records. */
export function withTrace(headers: HeaderList, { traceId, state }: Trace, spanId: string): HeaderList {
  const own = withoutFields(headers, ['traceparent'])
  own.push('traceparent', writeTraceParent({ traceId, spanId, isSampled: true }))
  if (state !== undefined && headerOf(headers, 'tracestate') === undefined) own.push('tracestate', state)
  return own
}
