/** The blocks of the first half, where the second one begins. */
import type { Emit } from '../ir/events.ts'
import type { Gathered } from '../ir/gathered.ts'

/** Closes what is open, except the one that goes on. Thoughts that were cut stay without a seal. */
export function closeBlocks({ blocks }: Gathered, emit: Emit, except?: number): void {
  for (const { index, part, isClosed } of blocks)
    if (!isClosed && index !== except) emit({ type: `${part.type}-end`, index })
}

/** Ends an answer whose calls are whole: the client runs them and asks again. */
export function endWithCalls(gathered: Gathered, emit: Emit): void {
  closeBlocks(gathered, emit)
  emit({ type: 'finish', reason: 'tool-calls', usage: gathered.usage })
}
