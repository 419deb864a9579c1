/** The matrix as a page of the manual. */
import type { SseClientName } from '../conformance/demand.ts'
import type { Content, Fault, Outcome } from './faults.ts'

/** `told`: the client has the beginning of an answer, and then an error in its own dialect. */
export type Told = Outcome | 'told'

export interface Cell {
  fault: string
  client: SseClientName
  primary: SseClientName
  stream: boolean
  content: Content
  seam: boolean
  outcome: Told
  attempts: number
}

export function manual(
  chapters: readonly { title: string; faults: readonly Fault[] }[],
  cells: readonly Cell[],
): string {
  return `${chapters.length}${cells.length}`
}
