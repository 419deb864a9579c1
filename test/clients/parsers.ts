/** Programs of others that read what Trooper tells them, where they are installed. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const python = fileURLToPath(new URL('.venv/bin/python', import.meta.url))
const driver = fileURLToPath(new URL('drivers/prometheus.py', import.meta.url))

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
export function hasPrometheusParser(): true | { skip: string } {
  if (!existsSync(python)) return { skip: 'test/clients/.venv is missing: run test/clients/install.sh' }
  try {
    execFileSync(python, ['-c', 'import prometheus_client'], { stdio: 'ignore' })
    return true
  } catch {
    return { skip: 'prometheus_client is not installed: run test/clients/install.sh' }
  }
}

export function parsePrometheus(text: string): ParsedSample[] {
  return samples.parse(JSON.parse(execFileSync(python, [driver], { input: text, encoding: 'utf8' })))
}

/** True, or why Prometheus's own tool cannot run here (Debian: `apt install prometheus`). */
export function hasPromtool(): true | { skip: string } {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return { skip: 'promtool is not installed' }
  }
}

/** Throws with what it complains of. */
export function promtool(args: readonly string[], input = ''): string {
  return execFileSync('promtool', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}
