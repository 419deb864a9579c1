/** What a client sent, as JSON, where anybody has to read it: a relayed request is never parsed. */
import { takeExact } from '../ir/exact-json.ts'
import type { Failure } from '../ir/failure.ts'
import type { JsonValue } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import { allAtOnce, type Steps } from '../ir/steps.ts'
import { takeText } from '../wire/long-text.ts'
import { holdsMoreValues } from '../wire/many-values.ts'

/**
 * A message takes three, and eight tokens in a prompt: no model holds so many. 1.8 million messages in 60 MB would keep everybody else
 * waiting for 20 s, and 30 million lists within each other fill 3 GB; as many as this take a second or two.
 */
const mostValues = 300_000

function isTooMuch(body: Buffer): boolean {
  return allAtOnce(holdsMoreValues(body, mostValues))
}

/** Exactly; `undefined` when it is no JSON, or more of it than anybody needs to read. */
export function parseBody(body: Buffer): JsonValue | undefined {
  const taken = allAtOnce(takeJson(body))
  return taken.ok ? taken.value : undefined
}

/** What a body says, `undefined` when it is no JSON; or why nobody reads it. */
export type TakenBody = { ok: true; value: JsonValue | undefined } | { ok: false; failure: Failure }

/** The same in steps, for a long one. */
export function* takeJson(body: Buffer): Steps<TakenBody> {
  if (yield* holdsMoreValues(body, mostValues)) return { ok: false, failure: tooMuch }
  yield
  const text = yield* takeText(body)
  yield
  const value = yield* takeExact(text)
  yield
  return { ok: true, value }
}

/** Arguments of calls are JSON inside of a text: they are read where they are shortened, and where a wire wants them as values. */
export function callsForTooMuch({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ role, content }) =>
      role === 'assistant' &&
      content.some(
        (part) => part.type === 'tool-call' && part.input.length > mostValues && isTooMuch(Buffer.from(part.input)),
      ),
  )
}

export const tooMuch: Failure = {
  kind: 'too-long',
  status: 400,
  message: `the request has more than ${mostValues} values, more than any model can hold`,
}
