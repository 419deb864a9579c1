/** The part of a pair that its test uses. */
import type { ClientDialectName } from '../src/dialects/dialect.ts'
import type { DialectName } from '../src/ir/request.ts'

export const answersAtOnce: number
export class Pair {
  constructor(client: ClientDialectName, target: DialectName, body: Buffer)
  /** Resolves when the target is asked: an answer that has not begun. */
  ask(): Promise<Answer>
}
export interface Answer {
  stream(chunks: readonly Buffer[]): void
  /** How many bytes the client got. */
  end(): Promise<number>
}
