/**
 * An exchange as spans: one for what the client asked, one for each call of a target beneath it. By OpenTelemetry's conventions for
 * generative AI (semantic-conventions-genai 0.1), as far as they go; what is Trooper's own begins with `trooper.`. Holds no content. Pure.
 */
import type { Usage } from '../../ir/events.ts'
import { modelAt } from '../../routing/model-map.ts'
import type { Target } from '../../routing/target.ts'
import type { FindTarget } from '../prices/bill.ts'
import { fallbackOf, isSeam, reasonOf, seamsOf, type AttemptEntry, type Entry } from '../journal/entry.ts'
import { attributesOf, type Facts, type Span, type SpanEvent } from './otlp.ts'
import type { Trace } from './trace.ts'

/** As OTLP numbers them. */
const server = 2
const client = 3
const failed = { code: 2 }

/** Nothing of an exchange whose trace is not recorded. */
export function spansOf(entry: Entry, find: FindTarget): Span[] {
  const { trace, attempts } = entry
  if (!trace) return []
  const asked = attempts.filter(({ end }) => end.is !== 'skipped')
  return [exchangeSpan(entry, trace), ...asked.flatMap((attempt) => attemptSpan(entry, trace, attempt, find))]
}

const operations: Readonly<Record<Entry['about'], string>> = {
  conversation: 'chat',
  models: 'list_models',
  tokens: 'count_tokens',
}

function exchangeSpan(entry: Entry, trace: Trace): Span {
  const { id, dialect, about, isStream, model, end, attempts, totalMs = 0 } = entry
  const answering = end.is === 'answered' ? attempts.findLast(({ target }) => target === end.target) : undefined
  const fallback = fallbackOf(entry)
  const attributes = attributesOf({
    'gen_ai.operation.name': operations[about],
    'gen_ai.request.model': model,
    'gen_ai.request.stream': isStream,
    'gen_ai.response.model': answering?.model,
    'trooper.exchange.id': id,
    'trooper.dialect': dialect,
    'trooper.outcome': fallback ? 'fallback' : end.is,
    'trooper.target': answering?.target,
    'trooper.reason': fallback ? reasonOf(entry) : undefined,
    'trooper.seams': seamsOf(entry),
    ...omittedOf(answering),
    'error.type': end.is === 'failed' ? end.reason : undefined,
  })
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(trace.parentSpanId !== undefined && { parentSpanId: trace.parentSpanId }),
    ...(trace.state !== undefined && { traceState: trace.state }),
    name: nameOf(about, model),
    kind: server,
    ...timesOf(entry, 0, totalMs),
    attributes,
    events: eventsOfExchange(entry),
    ...(end.is === 'failed' && { status: failed }),
  }
}

function attemptSpan(entry: Entry, trace: Trace, attempt: AttemptEntry, find: FindTarget): Span[] {
  const { spanId, target: name, startMs, contentMs, end } = attempt
  if (spanId === undefined) return []
  const target = find(name)
  const model = target && entry.model !== undefined ? modelAt(target, entry.model) : target?.model
  const isFailed = end.is === 'failed' || end.is === 'broken'
  const attributes = attributesOf({
    'gen_ai.operation.name': operations[entry.about],
    'gen_ai.provider.name': providerOf(attempt, target),
    'gen_ai.request.model': model ?? attempt.model,
    'gen_ai.response.model': end.is === 'answered' || end.is === 'broken' ? attempt.model : undefined,
    'gen_ai.response.time_to_first_chunk':
      entry.isStream && contentMs !== undefined ? { double: (contentMs - startMs) / 1000 } : undefined,
    ...usageOf(attempt.usage),
    ...placeOf(target),
    'http.response.status_code': isFailed ? end.status : undefined,
    'error.type': isFailed ? end.reason : undefined,
    'trooper.target': name,
    'trooper.how': attempt.how,
    'trooper.outcome': end.is,
    ...omittedOf(attempt),
  })
  return [
    {
      traceId: trace.traceId,
      spanId,
      parentSpanId: trace.spanId,
      ...(trace.state !== undefined && { traceState: trace.state }),
      name: nameOf(entry.about, model ?? attempt.model),
      kind: client,
      ...timesOf(entry, startMs, attempt.endMs ?? entry.totalMs ?? startMs),
      attributes,
      events: eventsOfAttempt(entry, attempt),
      ...(isFailed && { status: failed }),
    },
  ]
}

function nameOf(about: Entry['about'], model: string | undefined): string {
  return model === undefined ? operations[about] : `${operations[about]} ${model}`
}

function timesOf({ atMs }: Entry, fromMs: number, toMs: number) {
  return { startTimeUnixNano: nanoseconds(atMs + fromMs), endTimeUnixNano: nanoseconds(atMs + toMs) }
}

/** Too many for a number. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}

function eventsOfExchange(entry: Entry): SpanEvent[] {
  return entry.attempts.flatMap((attempt) => {
    const { target, startMs, end } = attempt
    if (end.is === 'skipped')
      return event(entry, startMs, 'trooper.skipped', { 'trooper.target': target, 'trooper.reason': end.reason })
    return isSeam(attempt) ? event(entry, startMs, 'trooper.seam', { 'trooper.target': target }) : []
  })
}

function eventsOfAttempt(entry: Entry, { turnMs, connectMs, headMs, contentMs }: AttemptEntry): SpanEvent[] {
  const reached = { turn: turnMs, connected: connectMs, head: headMs, first_content: contentMs }
  return Object.entries(reached).flatMap(([name, ms]) => (ms === undefined ? [] : event(entry, ms, `trooper.${name}`)))
}

function event({ atMs }: Entry, ms: number, name: string, about: Facts = {}): SpanEvent[] {
  return [{ timeUnixNano: nanoseconds(atMs + ms), name, attributes: attributesOf(about) }]
}

function usageOf(usage: Usage = {}): Facts {
  return {
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheReadTokens,
    'gen_ai.usage.cache_write.input_tokens': usage.cacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
  }
}

function omittedOf(attempt: AttemptEntry | undefined): Facts {
  const { messages, tokens } = attempt?.omitted ?? {}
  return { 'trooper.omitted.messages': messages, 'trooper.omitted.tokens': tokens }
}

function placeOf(target: Target | undefined): Facts {
  if (!target || !URL.canParse(target.url.origin)) return {}
  const { hostname, port, protocol } = new URL(target.url.origin)
  return { 'server.address': hostname, 'server.port': port === '' ? usualPort(protocol) : Number(port) }
}

function usualPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80
}

/** The conventions' own names; any other is the provider's in lower case. */
const providers: Readonly<Record<string, string>> = { Mistral: 'mistral_ai', Gemini: 'gcp.gemini', xAI: 'x_ai' }

/** Of one that is not known the dialect is told, as the conventions have it. */
function providerOf({ dialect, kind }: AttemptEntry, target: Target | undefined): string {
  if (target?.provider !== undefined) return providers[target.provider] ?? target.provider.toLowerCase()
  if (dialect === 'ollama' || dialect === 'anthropic') return dialect
  return kind === 'local' ? 'local' : 'openai'
}
