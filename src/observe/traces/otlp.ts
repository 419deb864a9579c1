/**
 * Spans on their way: the JSON form of OTLP (opentelemetry-proto 1, trace/v1). It is a few nested objects, and everything that takes OTLP
 * over HTTP takes it; OpenTelemetry's own packages would be more code than Trooper's relay.
 */

export interface Span {
  /** 32, 16 and 16 hex digits. */
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  name: string
  kind: number
  /** Since 1970; too many for a number. */
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  events: SpanEvent[]
  status?: { code: number }
}

export interface SpanEvent {
  timeUnixNano: string
  name: string
  attributes: Attribute[]
}

export interface Attribute {
  key: string
  value: { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean }
}

/** A number that need not be whole says so. */
type Fact = string | number | boolean | { double: number }

export type Facts = Readonly<Record<string, Fact | undefined>>

/** What is not known is left out. */
export function attributesOf(facts: Facts): Attribute[] {
  return Object.entries(facts).flatMap(([key, fact]) => (fact === undefined ? [] : { key, value: valueOf(fact) }))
}

/** A client's text may be long. */
const longestText = 256

function valueOf(fact: Fact): Attribute['value'] {
  if (typeof fact === 'string') return { stringValue: fact.slice(0, longestText) }
  if (typeof fact === 'boolean') return { boolValue: fact }
  return typeof fact === 'number' ? { intValue: String(fact) } : { doubleValue: fact.double }
}

/** Who tells it, and what. */
export function exportOf(spans: readonly Span[], resource: Readonly<Record<string, string>>, version: string): string {
  const scopeSpans = [{ scope: { name: 'trooper', version }, spans }]
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] })
}
