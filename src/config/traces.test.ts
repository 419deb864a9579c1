import { describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'
import { traceSettingsOf } from './traces.ts'

function read(environment: Record<string, string>) {
  const loaded = loadConfig({ flags: {}, environment, dotEnv: {} })
  if (!loaded.ok) throw new Error(loaded.problem)
  return traceSettingsOf(loaded.config, '1.2.3')
}

const at = (environment: Record<string, string>): string | undefined => read(environment)?.endpoint.href
const base = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const whole = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'

describe('where traces go', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ [base]: '' }, undefined],
    [{ [base]: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ [base]: 'https://c/otlp/' }, 'https://c/otlp/v1/traces'],
    [{ [whole]: 'http://c:4318' }, 'http://c:4318/'],
    [{ [base]: 'http://c:4318', [whole]: 'https://d/x?y=z' }, 'https://d/x?y=z'],
    [{ [base]: 'http://c:4318', OTEL_TRACES_EXPORTER: 'otlp' }, 'http://c:4318/v1/traces'],
    [{ [base]: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ [base]: 'http://c:4318', OTEL_TRACES_EXPORTER: 'console' }, undefined],
  ])('with %o: %s', (environment, href) => {
    expect(at(environment)).toBe(href)
  })

  it.each<[Record<string, string>, object]>([
    [{}, { 'service.name': 'trooper', 'service.version': '1.2.3' }],
    [{ OTEL_SERVICE_NAME: 'mine' }, { 'service.name': 'mine' }],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=theirs,a=b%2Cc' }, { 'service.name': 'theirs', a: 'b,c' }],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=theirs', OTEL_SERVICE_NAME: 'mine' }, { 'service.name': 'mine' }],
  ])('Trooper is called by what is set: %o', (environment, resource) => {
    expect(read({ [base]: 'http://c:4318', ...environment })?.resource).toMatchObject(resource)
  })
})
