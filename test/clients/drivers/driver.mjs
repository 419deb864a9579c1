/** The loop all Node drivers share: one JSON command a line in, one JSON result a line out, several at a time. */

import { createInterface } from 'node:readline'

/** `perform(command)` gives the fields of a good result; what it throws becomes a bad one. */
export function drive(perform, describe) {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const command = JSON.parse(line)
    perform(command).then(
      (fields) => print({ id: command.id, ok: true, ...fields }),
      (error) =>
        print(
          error instanceof Skipped
            ? { id: command.id, ok: false, skipped: error.message }
            : { id: command.id, ok: false, ...describe(error) },
        ),
    )
  })
  lines.on('close', () => process.exit(0))
  print({ ready: true })
}

/** For what a version of an SDK has no function for. */
export class Skipped extends Error {}

/** Headers a test may want to look at, of the many. */
export function pickHeaders(headers) {
  const picked = {}
  for (const [name, value] of headers ?? []) {
    if (/^x-trooper-|^(x-|anthropic-)?request-id$|^retry-after$|^x-should-retry$/.test(name)) picked[name] = value
  }
  return picked
}

/** The fields all SDK errors are described with. */
export function describeSdkError(error) {
  const inner = error?.error?.error ?? error?.error
  return {
    name: error?.constructor?.name ?? 'unknown',
    status: error?.status ?? null,
    message: String(error?.message ?? error),
    type: error?.type ?? inner?.type ?? null,
    code: error?.code ?? inner?.code ?? null,
    headers: pickHeaders(error?.headers?.entries?.() ?? Object.entries(error?.headers ?? {})),
  }
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
