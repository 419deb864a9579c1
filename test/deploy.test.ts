/** What deploy/ offers: every file is well-formed, and asks for nothing that Trooper does not tell. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { cloud, local, Stage } from './clocks/stage.ts'
import { messages } from './clocks/frames.ts'
import { hasPromtool, promtool } from './clients/parsers.ts'
import { scratchFolder } from './fakes/output.ts'
import { readPrometheus, type Scraped } from './fakes/prometheus-text.ts'

const read = (name: string): string => readFileSync(`deploy/${name}`, 'utf8')

const rule = z.strictObject({
  alert: z.string().regex(/^Trooper[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[mh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string() }),
})
const rules = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) })

const target = z.object({ expr: z.string(), legendFormat: z.string() })
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(target).optional(),
})
const dashboard = z.object({ uid: z.literal('trooper'), schemaVersion: z.number(), panels: z.array(panel) })

const alerts = rules.parse(parse(read('prometheus-alerts.yml'))).groups.flatMap(({ rules }) => rules)
const { panels } = dashboard.parse(JSON.parse(read('grafana-dashboard.json')))
const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
]

let scraped: Scraped
beforeAll(async () => {
  const stage = new Stage([cloud('claude', 'anthropic'), local()], {}, { dataFolder: scratchFolder('data') })
  stage.ask('anthropic')
  const call = (await stage.call('claude')).open()
  call.say(messages.start, messages.textStart(), messages.text('Hello.'), messages.stop(), messages.end).end()
  await stage.ended
  scraped = readPrometheus(await stage.metrics())
})

/** Its metrics, each with the labels that it is asked for by. */
function selectorsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:trooper|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/(\w+)(?==|!=)/g)].map(([label]) => label),
    }),
  )
}

/** Prometheus itself adds these. */
const added = new Set(['job', 'instance'])

describe.each(expressions)('%s', (_, expression) => {
  it('asks for what Trooper tells', () => {
    const selectors = selectorsIn(expression)
    expect(selectors.length).toBeGreaterThan(0)
    for (const { name, labels } of selectors.filter(({ name }) => name !== 'up')) {
      const family = scraped.types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
      const type = scraped.types.get(family)
      expect(type, name).toBeDefined()
      expect(type === 'histogram', `${name} is a part of a histogram`).toBe(family !== name)
      const told = scraped.samples.find((sample) => sample.family === family)
      for (const label of labels.filter((each) => !added.has(each) && told))
        expect(Object.keys(told?.labels ?? {}), `${name}: ${label}`).toContain(label)
    }
  })

  it('takes the rate of counters, and of nothing else', () => {
    for (const [, name = ''] of expression.matchAll(/(?:rate|increase)\((\w+)/g))
      expect(name).toMatch(/_(total|bucket)$/)
  })
})

describe('the dashboard', () => {
  it('lays its panels side by side, and none over another', () => {
    const taken = new Set<string>()
    for (const { gridPos } of panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x).toBeLessThan(24)
          expect(taken.has(`${x} ${y}`)).toBe(false)
          taken.add(`${x} ${y}`)
        }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })

  it('shows every metric of Trooper that is no other one’s part', () => {
    const shown = new Set(expressions.flatMap(([, expression]) => selectorsIn(expression).map(({ name }) => name)))
    const own = [...scraped.types.keys()].filter((name) => name.startsWith('trooper_'))
    const missing = own.filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`))
    // Beside what is shown they are for those who look closer.
    expect(missing).toEqual([
      'trooper_not_spent_unknown_total',
      'trooper_skips_total',
      'trooper_cached_tokens_total',
      'trooper_cost_unknown_total',
      'trooper_spoken_calls_total',
      'trooper_trace_spans_total',
      'trooper_build_info',
      'trooper_attempt_duration_seconds',
    ])
  })
})

const compose = z.object({
  services: z.record(z.string(), z.object({ volumes: z.array(z.string()).optional() }).loose()),
  volumes: z.record(z.string(), z.unknown()),
})

describe('compose.metrics.yml', () => {
  const { services, volumes } = compose.parse(parse(read('compose.metrics.yml')))

  it('mounts files that are there, and volumes that it declares', () => {
    for (const { volumes: mounts = [] } of Object.values(services))
      for (const mount of mounts) {
        const [source = ''] = mount.split(':')
        if (source.startsWith('./')) expect(readFileSync(source, 'utf8').length).toBeGreaterThan(0)
        else expect(Object.keys(volumes)).toContain(source)
      }
  })

  it('has Trooper answer to the name under which Prometheus asks, and publishes nothing to the network', () => {
    const scrape = parse(read('prometheus.yml')).scrape_configs[0].static_configs[0].targets
    expect(scrape).toEqual(['trooper:3000'])
    expect(services['trooper']).toMatchObject({ environment: { TROOPER_ALLOWED_HOSTS: 'trooper' } })
    for (const service of Object.values(services))
      for (const port of z.array(z.string()).optional().parse(service['ports']) ?? [])
        expect(port).toMatch(/^127\.0\.0\.1:/)
  })
})

describe('Prometheus’s own tool', () => {
  const tool = hasPromtool()
  if (tool !== true) return it.skip(`skipped: ${tool.skip}`)

  it('finds nothing wrong with its files', () => {
    expect(promtool(['check', 'config', 'deploy/prometheus.yml'])).toContain('SUCCESS')
    expect(promtool(['check', 'rules', 'deploy/prometheus-alerts.yml'])).toContain(`${alerts.length} rules found`)
  })
})
