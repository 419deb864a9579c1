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

/** The one tool that every loop offers: its result names the city, so that a mix-up of two calls shows. */
export const weather = {
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  run: ({ city }) => `It is sunny in ${city}.`,
}

/** What the last answer of each turn has to be where a command wants `forecast`: asked for and read by the SDK's own means. */
export const forecast = {
  name: 'forecast',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' }, sunny: { type: 'boolean' } },
    required: ['city', 'sunny'],
    additionalProperties: false,
  },
}

/**
 * A conversation of several user turns, each of which may take several calls of the model: `ask(history)` gives the answer's text, its tool
 * calls, and what to append to the history; `answer(call, result)` gives the item that carries a result. With an image, the first turn
 * shows it, and the results too where the SDK has a place for it.
 */
export async function toolLoop({ turns, image }, ask, say, answer) {
  const history = []
  const texts = []
  const parsed = []
  const toolCalls = []
  for (const [at, turn] of turns.entries()) {
    history.push(say(turn, at === 0 ? image : undefined))
    for (let calls = 1; calls > 0;) {
      const said = await ask(history)
      history.push(...said.items)
      calls = said.toolCalls.length
      toolCalls.push(...said.toolCalls)
      history.push(...answer(said.toolCalls.map((call) => ({ call, result: weather.run(call.input) }))))
      if (calls > 0) continue
      texts.push(said.text)
      parsed.push(said.parsed ?? null)
    }
  }
  return { text: texts.at(-1), texts, parsed, toolCalls, chunks: 0 }
}

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
