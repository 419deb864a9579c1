/** Settings of traces, by OpenTelemetry's own names. */
import * as z from 'zod'
import { pairs, url } from './forms.ts'
import type { Setting } from './setting.ts'

export const traceSettings = {
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    flag: 'otlp-endpoint',
    default: undefined,
    meaning:
      'a collector that takes OTLP over HTTP (`http://localhost:4318`): each exchange is sent there as a trace, without content; unset: none is recorded',
    schema: url,
  },
  otlpTracesEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    flag: 'otlp-traces-endpoint',
    default: undefined,
    meaning: 'the same with its whole path; unset: `/v1/traces` at the collector',
    schema: url,
  },
  otlpHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    flag: 'otlp-headers',
    default: undefined,
    meaning: 'headers that the collector wants, `name=value`, comma-separated',
    secret: true,
    schema: pairs,
  },
  tracesExporter: {
    env: 'OTEL_TRACES_EXPORTER',
    flag: 'traces-exporter',
    default: 'otlp',
    meaning: '`otlp`; anything else, such as `none`: no traces, whatever else is set',
    schema: z.string(),
  },
  serviceName: {
    env: 'OTEL_SERVICE_NAME',
    flag: 'service-name',
    default: undefined,
    meaning: 'what this Trooper is called in traces; unset: `trooper`',
    schema: z.string(),
  },
  resourceAttributes: {
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    flag: 'resource-attributes',
    default: '',
    meaning: 'what else is said of it in traces, `name=value`, comma-separated',
    schema: pairs,
  },
} as const satisfies Record<string, Setting>
