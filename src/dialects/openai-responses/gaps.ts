/** Responses events that cannot be read: the event line says what they were. */
import { objectOf, stringOf } from '../../ir/json.ts'
import type { GapGrammar } from '../gaps.ts'

const words = /^response\.(?:output_text|reasoning_summary_text|reasoning_text|refusal)\.delta$|^keepalive$/
const piece = /(?:arguments|input|code)\.delta$/

export const gapGrammar: GapGrammar = {
  wasWords: ({ event, data }) => words.test(event ?? /^\{"type":\s*"([\w.]+)"/.exec(data)?.[1] ?? ''),
  wholePart: (body) => {
    const type = stringOf(body['type']) ?? ''
    if (type === 'response.output_item.added')
      return ['message', 'reasoning'].includes(stringOf(objectOf(body['item'])['type']) ?? '') ? undefined : 'start'
    return piece.test(type) ? 'piece' : undefined
  },
}
