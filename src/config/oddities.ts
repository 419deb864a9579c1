/** What somebody seems to have written for Trooper and says nothing to it. Told of, since it may have been meant to protect something. */
import { parseEnv } from 'node:util'

/** Numbers of the lines of a `.env` that name no variable, are no comment, and belong to no value. */
export function silentLines(text: string): number[] {
  const values = Object.values(parseEnv(text))
  return text.split(/\r\n|\r|\n/).flatMap((line, at) => {
    const words = line.trim()
    if (words === '' || words.startsWith('#') || /^(?:export\s+)?[\w.-]+\s*=/.test(words)) return []
    // The last line of a value ends with its quote.
    const inside = words.replace(/["'`]\s*(?:#.*)?$/, '')
    return values.some((value) => value?.includes(inside) === true) ? [] : [at + 1]
  })
}

/** Shorter names are too near to others' own. */
const shortest = 8

export interface NearMiss {
  name: string
  meant: string
}

/** Names that are a slip of the hand away from a setting that nobody made. */
export function nearMisses(names: readonly string[], settings: readonly string[]): NearMiss[] {
  const unset = settings.filter((setting) => setting.length >= shortest && !names.includes(setting))
  return names.flatMap((name) => {
    if (settings.includes(name)) return []
    const meant = unset.find((setting) => setting[0] === name[0] && isNear(setting, name))
    return meant === undefined ? [] : [{ name, meant }]
  })
}

/** A slip of the hand away: one letter too many, too few or wrong, or two that changed places. */
export function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false
  let head = 0
  while (head < one.length && one[head] === other[head]) head += 1
  let tail = 0
  while (tail < Math.min(one.length, other.length) - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1
  const [left, right] = [one.slice(head, one.length - tail), other.slice(head, other.length - tail)]
  if (left.length <= 1 && right.length <= 1) return true
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0]
}
