/** Names of headers, and what they mean to whoever looks a head through. */

/** `dropped`: it is left out; `means`: what else is known of it. */
interface Known<M> {
  readonly name: string
  isDropped: boolean
  means: M | undefined
}

/**
 * Heads of one client, and those of one provider, have the same names at the same places: what was found at a place holds as long as the
 * name there does (~10 ns), and undici finds a name faster that it has seen before.
 */
export class HeadNames<M = never> {
  /** Most names have another length than all of these. */
  readonly #byLength: Known<M>[][] = []
  readonly #before: Known<M>[] = []

  /** In lower case; of letters and hyphens alone, where one bit is the whole difference of case and no other character of a name differs by it. */
  constructor(dropped: readonly string[], meanings: readonly (readonly [M, readonly string[]])[] = []) {
    for (const name of dropped) this.#add({ name, isDropped: true, means: undefined })
    for (const [means, names] of meanings) for (const name of names) this.#add({ name, isDropped: false, means })
  }

  /** The same name, which may be told by the same object again, and what is known of it. */
  at(place: number, name: string): Known<M> {
    const before = this.#before[place]
    if (before?.name === name) return before
    const known = this.#byLength[name.length]?.find((candidate) => isSame(name, candidate.name))
    const found = { name, isDropped: known?.isDropped ?? false, means: known?.means }
    if (place < longestKnown) this.#before[place] = found
    return found
  }

  #add(known: Known<M>): void {
    ;(this.#byLength[known.name.length] ??= []).push(known)
  }
}

/** Entries of a list of names and values; more are no usual head. */
const longestKnown = 128

/** In any case; `lower` is as long, and in lower case. */
export function isSame(name: string, lower: string): boolean {
  for (let at = 0; at < lower.length; at += 1) if ((name.charCodeAt(at) | 0x20) !== lower.charCodeAt(at)) return false
  return true
}
