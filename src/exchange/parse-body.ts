/** What a client sent, as JSON, where anybody has to read it: a relayed request is never parsed. */
import { parseExact } from '../ir/exact-json.ts'
import type { Failure } from '../ir/failure.ts'
import type { JsonValue } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import { holdsMoreValues } from '../wire/many-values.ts'

/**
 * A message takes three, and eight tokens in a prompt: no model holds so many. 1.8 million messages in 60 MB would keep everybody else
 * waiting for 20 s, and 30 million lists within each other fill 3 GB; as many as this take a second or two.
 */
const mostValues = 300_000

export function isTooMuch(body: Buffer): boolean {
  return holdsMoreValues(body, mostValues)
}

/** Exactly; `undefined` when it is no JSON, or more of it than anybody needs to read. */
export function parseBody(body: Buffer): JsonValue | undefined {
  return isTooMuch(body) ? undefined : parseExact(body.toString('utf8'))
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
