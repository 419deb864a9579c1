/** Programs of others that read what Trooper tells them, where they are installed. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const python = fileURLToPath(new URL('.venv/bin/python', import.meta.url))
const inDrivers = (name: string): string => fileURLToPath(new URL(`drivers/${name}`, import.meta.url))

const samples = z.array(
  z.object({
    family: z.string(),
    type: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    value: z.string(),
  }),
)

export type ParsedSample = z.output<typeof samples>[number]

/** True, or why the parser of Prometheus's own Python client cannot run here. */
export const hasPrometheusParser = (): Usable => hasModule('prometheus_client')

export function parsePrometheus(text: string): ParsedSample[] {
  return samples.parse(drive('prometheus.py', text))
}

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const spans = z.array(
  z.object({
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string(),
    kind: z.string(),
    status: z.string(),
    startMs: z.number(),
    endMs: z.number(),
    attributes: facts,
  }),
)

/** True, or why what is sent to a collector cannot be held against OpenTelemetry's own message types here. */
export const hasOtlpTypes = (): Usable => hasModule('opentelemetry.proto')

/** Throws where the message is none. */
export function parseOtlp(text: string): z.output<typeof spans> {
  return spans.parse(drive('otlp.py', text))
}

type Usable = true | { skip: string }

function hasModule(name: string): Usable {
  if (!existsSync(python)) return { skip: 'test/clients/.venv is missing: run test/clients/install.sh' }
  try {
    execFileSync(python, ['-c', `import ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return { skip: `${name} is not installed: run test/clients/install.sh` }
  }
}

function drive(driver: string, input: string): unknown {
  return JSON.parse(execFileSync(python, [inDrivers(driver)], { input, encoding: 'utf8' }))
}

/** Where `install-promtool.sh` puts it, unless the machine has its own. */
const ownPromtool = fileURLToPath(new URL('.bin/promtool', import.meta.url))
const promtoolPath = existsSync(ownPromtool) ? ownPromtool : 'promtool'

/** True, or why Prometheus's own tool cannot run here. */
export function hasPromtool(): Usable {
  try {
    execFileSync(promtoolPath, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return { skip: 'promtool is not installed: run test/clients/install-promtool.sh' }
  }
}

/** Throws with what it complains of. */
export function promtool(args: readonly string[], input = ''): string {
  return execFileSync(promtoolPath, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}
