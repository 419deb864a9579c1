import type { Cursor, Reading } from './cursor.ts'

/** The longest name of a declared tool that stands here, given up at the first character that is in none. */
export function* readName(cursor: Cursor, names: readonly string[]): Reading<string | undefined> {
  let name = ''
  for (;;) {
    const next = yield* cursor.one((character) => names.some((known) => known.startsWith(name + character)))
    if (next === '') break
    name += next
  }
  return names.includes(name) ? name : undefined
}
