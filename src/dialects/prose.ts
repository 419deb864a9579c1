/** For wires that never say that a block begins or ends: text and reasoning are blocks as long as nothing else comes between. */
import type { Emit } from '../ir/events.ts'

export interface Prose {
  say(kind: 'text' | 'reasoning', text: string): void
  /** Ends the open block, if there is one: something else begins. */
  close(): void
}

/** `nextIndex` hands out the block indexes of the whole answer. */
export function createProse(emit: Emit, nextIndex: () => number): Prose {
  let open: { kind: 'text' | 'reasoning'; index: number } | undefined

  const close = (): void => {
    if (open) emit({ type: `${open.kind}-end`, index: open.index })
    open = undefined
  }

  return {
    close,
    say: (kind, text) => {
      if (text === '') return
      if (open?.kind !== kind) {
        close()
        open = { kind, index: nextIndex() }
        emit({ type: `${kind}-start`, index: open.index })
      }
      emit({ type: `${kind}-delta`, index: open.index, text })
    },
  }
}
