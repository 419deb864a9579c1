/** Messages frames that cannot be read: the event line says what they were. */
import { objectOf, stringOf, type JsonObject } from '../../ir/json.ts'
import type { GapGrammar } from '../gaps.ts'

const words = /^(?:content_block_delta|ping)$/
/** Broken off within their names too. */
const sealedOrCalled = /"(?:thinking|signature|input_json)_delta/

export const gapGrammar: GapGrammar = {
  wasWords: ({ event, data }) =>
    words.test(event ?? /^\{"type":\s*"(\w+)"/.exec(data)?.[1] ?? '') && !sealedOrCalled.test(data),
  wholePart: (body) => {
    if (body['type'] === 'content_block_start')
      return stringOf(objectOf(body['content_block'])['type']) === 'text' ? undefined : 'start'
    return body['type'] === 'content_block_delta' && !isText(body) ? 'piece' : undefined
  },
}

function isText({ delta }: JsonObject): boolean {
  const { type } = objectOf(delta)
  return type === 'text_delta' || type === 'citations_delta'
}
