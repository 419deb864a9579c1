/** Reads a file that Trooper keeps. */
import { readFileSync, statSync } from 'node:fs'

/**
 * `undefined` where there is none that can be read. What stands there and is no file has an empty text: to open a pipe may take for ever, and
 * what a device says may have no end.
 */
export function readText(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats) return undefined
    return stats.isFile() ? readFileSync(path, 'utf8') : ''
  } catch {
    return undefined
  }
}
