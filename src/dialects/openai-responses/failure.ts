/** The errors of the Responses dialect: the providers of Chat Completions, and the codes only its streams have (providers.md 3.4). */
import type { Failure } from '../../ir/failure.ts'
import type { FailedAnswer } from '../dialect.ts'
import { judgeByTable } from '../failure-table.ts'
import type { FailureTable } from '../failure-table.ts'
import { chatTable } from '../openai-chat/failure.ts'

export { encodeFailure } from '../openai-chat/failure.ts'

const table: FailureTable = {
  ...chatTable,
  rows: [{ word: ['bio_policy'], cause: { kind: 'content-refused' } }, ...chatTable.rows],
}

/** Also for what a 200 stream carries: the flat and the nested `error` event, and `response.failed`. */
export function decodeFailure(answer: FailedAnswer): Failure {
  return judgeByTable(answer, table)
}
