/** Traces of the running program, as a collector gets them, and what of them a provider is sent. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasOtlpTypes, parseOtlp } from '../clients/parsers.ts'
import { factsOf, startCollector, type CollectedSpan, type Collector } from '../fakes/collector.ts'
import { headerOf } from '../../src/wire/headers.ts'
import { planted } from '../secrets.ts'
import { dialects, localModel, startStage, type Stage, type TestedDialect } from './trooper.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const clientSpan = 'b7ad6b7169203331'
const traceparent = `00-${traceId}-${clientSpan}-01`

let collector: Collector
let stage: Stage
beforeAll(async () => {
  collector = await startCollector()
  stage = await startStage('/v1/messages', {
    PRIMARY_PROVIDER: 'anthropic',
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20b, authorization=Bearer%20planted',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
    OTEL_SERVICE_NAME: 'trooper-test',
  })
})
afterAll(async () => {
  await stage.stop()
  await collector.stop()
})
beforeEach(async () => {
  collector.spans.length = 0
  collector.received.length = 0
  await Promise.all([stage.provider.reset(), stage.ollama.reset()])
})
afterEach(() => expect(collector.problems).toEqual([]))

async function ask(
  dialect: TestedDialect,
  stream: boolean,
  more: Record<string, string> = {},
  at = stage,
): Promise<string> {
  const { endpoint, headers, body } = dialects[dialect]
  const init = { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body(planted.prompt, stream)) }
  return (await fetch(at.trooper.url + endpoint, init)).text()
}

async function traced(count: number): Promise<[exchange: CollectedSpan, ...attempts: CollectedSpan[]]> {
  const [exchange, ...attempts] = await collector.spansWhen(count)
  if (!exchange) throw new Error('No span came.')
  return [exchange, ...attempts]
}

/** What of a trace the provider was sent last. */
async function contextSent(at = stage): Promise<Record<'traceparent' | 'tracestate', string | undefined>> {
  const { rawHeaders = [] } = (await at.provider.requests('/messages')).at(-1) ?? {}
  return { traceparent: headerOf(rawHeaders, 'traceparent'), tracestate: headerOf(rawHeaders, 'tracestate') }
}

describe('an exchange', () => {
  it('is a span of what the client asked, beneath the client’s own, and one of the call beneath that', async () => {
    await ask('anthropic', true, { traceparent, tracestate: 'vendor=1' })
    const [exchange, attempt] = await traced(2)
    expect(exchange).toMatchObject({ traceId, parentSpanId: clientSpan, kind: 2, traceState: 'vendor=1' })
    expect(exchange.name).toBe('chat claude-sonnet-4-5')
    expect(factsOf(exchange)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'claude-sonnet-4-5',
      'gen_ai.request.stream': true,
      'trooper.dialect': 'anthropic',
      'trooper.outcome': 'answered',
      'trooper.target': 'primary',
      'trooper.seams': 0,
    })
    expect(attempt).toMatchObject({ traceId, parentSpanId: exchange.spanId, kind: 3, name: 'chat claude-sonnet-4-5' })
    expect(attempt && factsOf(attempt)).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-4-5',
      'gen_ai.response.model': 'claude-sonnet-4-5',
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(stage.provider.url).port),
      'trooper.how': 'relay',
    })
    expect(attempt?.events.map(({ name }) => name)).toEqual([
      'trooper.connected',
      'trooper.head',
      'trooper.first_content',
    ])
    expect(Number(exchange.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(attempt?.endTimeUnixNano))
    expect(await contextSent()).toEqual({
      traceparent: `00-${traceId}-${attempt?.spanId}-01`,
      tracestate: 'vendor=1',
    })
  })

  it('that fell back has a span for each call, with what was wrong', async () => {
    await stage.provider.play({ mode: 'anthropic-overloaded' })
    await ask('openai-chat', true, { traceparent })
    const [exchange, refused, local] = await traced(3)
    expect(factsOf(exchange)).toMatchObject({
      'trooper.outcome': 'fallback',
      'trooper.reason': 'overloaded',
      'trooper.target': `local/${localModel}`,
      'gen_ai.request.model': 'gpt-4.1',
      'gen_ai.response.model': localModel,
    })
    expect(exchange.status).toBeUndefined()
    expect(refused).toMatchObject({ parentSpanId: exchange.spanId, status: { code: 2 } })
    expect(refused && factsOf(refused)).toMatchObject({
      'error.type': 'overloaded',
      'http.response.status_code': 529,
      'trooper.how': 'translate',
    })
    expect(local).toMatchObject({ parentSpanId: exchange.spanId, name: `chat ${localModel}` })
    expect(local && factsOf(local)).toMatchObject({ 'gen_ai.provider.name': 'ollama', 'trooper.outcome': 'answered' })
    const [sent] = await stage.ollama.requests('/api/chat')
    expect(headerOf(sent?.rawHeaders ?? [], 'traceparent')).toBe(`00-${traceId}-${local?.spanId}-01`)
  })

  it('that was gone on with tells of the seam', async () => {
    await stage.provider.play({ mode: 'reset-midstream', chunks: 3 })
    await ask('anthropic', true)
    const [exchange, broken, rest] = await traced(3)
    expect(exchange.parentSpanId).toBeUndefined()
    expect(factsOf(exchange)).toMatchObject({ 'trooper.seams': 1 })
    const seam = exchange.events.find(({ name }) => name === 'trooper.seam')
    expect(seam && factsOf(seam)).toEqual({ 'trooper.target': `local/${localModel}` })
    expect(broken && factsOf(broken)).toMatchObject({ 'trooper.outcome': 'broken', 'error.type': expect.any(String) })
    expect(rest && factsOf(rest)).toMatchObject({ 'trooper.how': 'seam' })
  })

  it('that skipped a target tells why, and one that failed is an error', async () => {
    await stage.provider.play({ mode: 'anthropic-subscription', retryAfter: '7999' })
    await ask('anthropic', false, { 'x-api-key': 'one-who-has-spent-it' })
    await ask('anthropic', false, { 'x-api-key': 'one-who-has-spent-it' })
    const spans = await collector.spansWhen(5)
    const skipped = spans.filter(({ kind }) => kind === 2)[1]?.events.find(({ name }) => name === 'trooper.skipped')
    expect(skipped && factsOf(skipped)).toEqual({ 'trooper.target': 'primary', 'trooper.reason': 'quota-spent' })
  })

  it('holds nothing that was said, and no key', async () => {
    await ask('anthropic', true, { 'x-api-key': 'sk-another', authorization: 'Bearer sk-planted' })
    await traced(2)
    const text = collector.received.map(({ text }) => text).join('\n')
    for (const secret of [...Object.values(planted), 'sk-another', 'sk-planted', 'Be brief'])
      expect(text).not.toContain(secret)
  })

  it('says who tells it, with the headers that the collector wants', async () => {
    await ask('anthropic', false)
    await traced(2)
    const [first] = collector.received
    expect(first?.path).toBe('/v1/traces')
    expect(first?.headers).toMatchObject({ 'x-team': 'a b', authorization: 'Bearer planted' })
    const [{ resource }] = JSON.parse(first?.text ?? '').resourceSpans
    expect(factsOf(resource)).toMatchObject({
      'service.name': 'trooper-test',
      'service.version': expect.stringMatching(/^\d/),
      'deployment.environment.name': 'test',
    })
  })

  const types = hasOtlpTypes()
  if (types !== true) it.skip(`skipped: ${types.skip}`)
  else
    it('is what OpenTelemetry’s own message types make of it', async () => {
      await stage.provider.play({ mode: 'anthropic-overloaded' })
      await ask('openai-responses', true, { traceparent })
      await traced(3)
      const read = collector.received.flatMap(({ text }) => parseOtlp(text))
      expect(read.map(({ spanId, parentSpanId }) => [spanId, parentSpanId])).toEqual(
        collector.spans.map(({ spanId, parentSpanId = '' }) => [spanId, parentSpanId]),
      )
      expect(read[0]).toMatchObject({ traceId, kind: 'SPAN_KIND_SERVER', status: 'STATUS_CODE_UNSET' })
      expect(read[1]).toMatchObject({ kind: 'SPAN_KIND_CLIENT', status: 'STATUS_CODE_ERROR' })
      expect(read.map(({ attributes }) => attributes)).toEqual(collector.spans.map((span) => factsOf(span)))
      expect(read.every(({ startMs, endMs }) => startMs <= endMs && Math.abs(endMs - Date.now()) < 600_000)).toBe(true)
    })
})

describe('whose client does not have it recorded', () => {
  it('nobody records, and nothing is changed on its way', async () => {
    const unsampled = traceparent.replace(/1$/, '0')
    await ask('anthropic', false, { traceparent: unsampled })
    expect(await contextSent()).toEqual({ traceparent: unsampled, tracestate: undefined })
    await ask('anthropic', false)
    const [exchange] = await traced(2)
    expect(exchange.traceId).not.toBe(traceId)
    expect(collector.spans).toHaveLength(2)
  })
})

describe('at the stop', () => {
  it('what is left is sent', async () => {
    const other = await startStage('/v1/messages', {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path?a=b`,
    })
    await ask('anthropic', false, {}, other)
    await other.stop()
    expect(collector.received.map(({ path }) => path)).toEqual(['/own/path?a=b'])
    expect(collector.spans).toHaveLength(2)
  })
})

describe('without a collector', () => {
  it.each([{}, { OTEL_TRACES_EXPORTER: 'none' }])('a client’s trace passes as it is (%o)', async (env) => {
    const endpoint = 'OTEL_TRACES_EXPORTER' in env ? { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } : {}
    const other = await startStage('/v1/messages', { ...endpoint, ...env })
    try {
      await ask('anthropic', true, { traceparent, tracestate: 'vendor=1' }, other)
      expect(await contextSent(other)).toEqual({ traceparent, tracestate: 'vendor=1' })
      const journal = await (await fetch(`${other.trooper.url}/trooper/api/exchanges`)).text()
      expect(journal).toContain('"attempts"')
      expect(journal).not.toMatch(/trace|spanId/)
    } finally {
      await other.stop()
    }
    expect(collector.received).toEqual([])
  })
})
