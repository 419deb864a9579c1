/** The line of a terminal that tells how far something is: the next one takes its place, and what is logged meanwhile stands above it. */
import { cut } from '../drill/text.ts'

export interface Bar {
  /** Draws it in the place of the last one; an empty text takes it away. Says whether there is a terminal to draw on. */
  show(text: string): boolean
  /** Whole lines as they have to be written to the same terminal: in the place of the bar, which follows behind them. */
  around(lines: string): string
}

/** Back to the first place of the line, of which nothing is left. */
const clear = '\r\u001B[K'

export function createBar(terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>): Bar {
  let standing = ''
  // From the first one on: what is written a moment later than it was made may bring back one that is gone.
  let hasStood = false
  return {
    show: (text) => {
      const { isTTY, columns } = terminal
      if (!isTTY) return false
      // Of a line that goes on in the next row, only the last row would be taken.
      standing = columns > 0 ? cut(text, columns) : text
      hasStood = true
      terminal.write(clear + standing)
      return true
    },
    around: (lines) => (hasStood ? clear + lines + standing : lines),
  }
}
