/**
 * Blocks of the Messages wire are strictly sequential with gapless indexes (providers.md 3.2: a gap loses content), IR blocks may
 * interleave: the first open block is written at once, what belongs to a later one waits until the earlier ones are closed.
 */
export interface Sequence {
  /** Opens a block; its index on the wire. */
  open(index: number): number
  wireIndex(index: number): number
  /** Takes the text of one event of a block; gives what may be written now. */
  write(index: number, text: string): string
  /** The same for a block's last event. */
  close(index: number, text: string): string
}

/** Where a sequence goes on that somebody else began: the block that is open, under its index on the wire, and the next index. */
export interface Place {
  open: number | undefined
  next: number
}

export function createSequence({ open, next }: Place = { open: undefined, next: 0 }): Sequence {
  /** Open or waiting blocks, front first. */
  const queue: number[] = open === undefined ? [] : [open]
  const waiting = new Map<number, string>()
  const closed = new Set<number>()
  const wireIndexes = new Map<number, number>(queue.map((index) => [index, index]))
  let free = next

  const write = (index: number, text: string): string => {
    if (queue[0] === index) return text
    waiting.set(index, (waiting.get(index) ?? '') + text)
    return ''
  }

  /** The front block is done: write what the following ones have waiting, up to one that is still open. */
  const advance = (): string => {
    let text = ''
    for (queue.shift(); queue[0] !== undefined; queue.shift()) {
      text += waiting.get(queue[0]) ?? ''
      waiting.delete(queue[0])
      if (!closed.has(queue[0])) break
    }
    return text
  }

  return {
    open: (index) => {
      queue.push(index)
      wireIndexes.set(index, free)
      return free++
    },
    wireIndex: (index) => wireIndexes.get(index) ?? 0,
    write,
    close: (index, text) => {
      closed.add(index)
      return queue[0] === index ? text + advance() : write(index, text)
    },
  }
}
