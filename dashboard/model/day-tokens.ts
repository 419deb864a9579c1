/** How many tokens went over the wire on a day, in and out. */
import type { DayView } from '../../src/admin/views.ts'

/** Of one kind of target, or of all. */
export function tokensOf({ byTarget }: DayView, kind?: 'cloud' | 'local'): number {
  return Object.values(byTarget)
    .filter((target) => kind === undefined || target.kind === kind)
    .reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0)
}
