/** Lines of one burst are written together: a write for each would cost more than relaying does. */
import type { Clock } from '../../clock.ts'

/** Nobody reads faster than this. */
const gatherMs = 100
const gatherCharacters = 64 * 1024

export interface LineWriter {
  write(text: string): unknown
}

export interface Gatherer extends LineWriter {
  /** What is left, which it hands on no more. */
  take(): string
}

/** A timer stands only while lines wait, so an idle Trooper sleeps. A line costs one concatenation. */
export function createGatherer(destination: LineWriter, clock: Clock): Gatherer {
  let text = ''
  let cancel: (() => void) | undefined

  const take = (): string => {
    cancel?.()
    cancel = undefined
    const taken = text
    text = ''
    return taken
  }
  const flush = (): void => void destination.write(take())

  return {
    write: (line) => {
      text += line
      if (text.length >= gatherCharacters) flush()
      else cancel ??= clock.after(gatherMs, flush)
    },
    take,
  }
}
