/** A collector of traces (OTLP over HTTP, as JSON), stricter than a real one: what is not exactly of the form is refused. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import * as z from 'zod'

const id = (digits: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`))
const nanoseconds = z.string().regex(/^[1-9]\d{18}$/)

const attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ boolValue: z.boolean() }),
  ]),
})
const attributes = z
  .array(attribute)
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, { error: 'has a key twice' })

const span = z.strictObject({
  traceId: id(32),
  spanId: id(16),
  parentSpanId: id(16).optional(),
  traceState: z.string().optional(),
  name: z.string().min(1),
  kind: z.union([z.literal(2), z.literal(3)]),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  events: z.array(z.strictObject({ timeUnixNano: nanoseconds, name: z.string().min(1), attributes })),
  status: z.strictObject({ code: z.union([z.literal(1), z.literal(2)]) }).optional(),
})

const message = z.strictObject({
  resourceSpans: z
    .array(
      z.strictObject({
        resource: z.strictObject({ attributes }),
        scopeSpans: z.array(
          z.strictObject({
            scope: z.strictObject({ name: z.string(), version: z.string() }),
            spans: z.array(span).min(1),
          }),
        ),
      }),
    )
    .min(1),
})

export type CollectedSpan = z.output<typeof span>

export interface Collector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  url: string
  /** Everything that came, as text, and the headers it came with. */
  received: { text: string; headers: IncomingHttpHeaders; path: string }[]
  spans: CollectedSpan[]
  /** What was wrong with what came. */
  problems: string[]
  /** As soon as there are so many; the test's own time limit is the only one. */
  spansWhen(count: number): Promise<CollectedSpan[]>
  stop(): Promise<void>
}

export async function startCollector(): Promise<Collector> {
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    request.on('end', () => {
      const { headers, url: path = '' } = request
      collector.received.push({ text, headers, path })
      const isAsked = request.method === 'POST' && headers['content-type'] === 'application/json'
      const read = message.safeParse(isAsked ? JSON.parse(text) : undefined)
      if (read.success) collector.spans.push(...spansOf(read.data))
      else collector.problems.push(read.error.message)
      response.writeHead(read.success ? 200 : 400, { 'content-type': 'application/json' }).end('{}')
      server.emit('collected')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const collector: Collector = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    spans: [],
    problems: [],
    spansWhen: async (count) => {
      while (collector.spans.length < count && collector.problems.length === 0) await once(server, 'collected')
      return collector.spans
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return collector
}

function spansOf({ resourceSpans }: z.output<typeof message>): CollectedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

/** Its attributes as plain values. */
export function factsOf({ attributes }: Pick<CollectedSpan, 'attributes'>): Record<string, string | number | boolean> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      if ('intValue' in value) return [key, Number(value.intValue)]
      if ('doubleValue' in value) return [key, value.doubleValue]
      return [key, 'boolValue' in value ? value.boolValue : value.stringValue]
    }),
  )
}
