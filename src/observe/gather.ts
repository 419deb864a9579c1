/**
 * Lines of one burst are written together: a write for each would cost more than relaying does. sonic-boom's own gathering
 * measures all that waits at every line, and its periodic flush wakes an idle process.
 */
import type { Clock } from '../clock.ts'

/** Nobody reads faster than this. */
const gatherMs = 100
const gatherCharacters = 64 * 1024

export interface LineWriter {
  write(text: string): unknown
}

export interface Gatherer extends LineWriter {
  /** Hands on what is left. */
  flush(): void
}

/** A timer stands only while lines wait, so an idle Trooper sleeps. A line costs one concatenation. */
export function createGatherer(destination: LineWriter, clock: Clock): Gatherer {
  let text = ''
  let cancel: (() => void) | undefined

  const flush = (): void => {
    cancel?.()
    cancel = undefined
    if (text !== '') destination.write(text)
    text = ''
  }

  return {
    write: (line) => {
      text += line
      if (text.length >= gatherCharacters) flush()
      else cancel ??= clock.after(gatherMs, flush)
    },
    flush,
  }
}
