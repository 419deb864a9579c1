/** Where traces go, as the settings say it (OpenTelemetry's specification of environment variables). */
import type { TraceSettings } from '../observe/traces/traces.ts'
import type { Config } from './schema.ts'

/** `undefined`: nobody wants any. */
export function traceSettingsOf(config: Config, version: string): TraceSettings | undefined {
  const { tracesExporter, otlpEndpoint, otlpTracesEndpoint, otlpHeaders = {}, serviceName, resourceAttributes } = config
  const text = otlpTracesEndpoint ?? (otlpEndpoint && `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`)
  if (text === undefined || tracesExporter !== 'otlp') return undefined
  const named = serviceName === undefined ? {} : { 'service.name': serviceName }
  const resource = { 'service.name': 'trooper', 'service.version': version, ...resourceAttributes, ...named }
  return { endpoint: new URL(text), headers: otlpHeaders, resource }
}
