/** Whole answers as streams, where a stream was asked for and a body came. */
import type { JsonObject } from '../ir/json.ts'
import { unroll as unrollMessage } from './anthropic/unroll.ts'
import type { ClientDialectName } from './dialect.ts'
import { unroll as unrollCompletion } from './openai-chat/unroll.ts'
import { unroll as unrollResponse } from './openai-responses/unroll.ts'

/** The text of the stream, ready to be written; `undefined` for a body that is no whole answer. */
export const unrolls: { readonly [D in ClientDialectName]: (body: JsonObject) => string | undefined } = {
  anthropic: unrollMessage,
  'openai-chat': unrollCompletion,
  'openai-responses': unrollResponse,
  // A line of its stream is an answer already.
  ollama: () => undefined,
}
