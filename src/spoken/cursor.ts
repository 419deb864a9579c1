/**
 * Text that is still coming, for a grammar that stops where it needs more and goes on when there is more. Every character is looked at
 * once, whatever the pieces are, so what a grammar finds does not depend on them.
 */

export type Reading<T> = Generator<undefined, T, undefined>

/** More white space than this in one place is nothing that stands between the words of a call. */
const mostSpaces = 32

const space = /^[ \t\r\n]$/

export class Cursor {
  #text = ''
  #at = 0
  #left: number
  #isEnded = false

  /** `most`: as many characters are read, and not one more. */
  constructor(most: number) {
    this.#left = most
  }

  feed(piece: string): void {
    this.#text = this.#text.slice(this.#at) + piece
    this.#at = 0
  }

  /** Nothing comes behind what was fed. */
  end(): void {
    this.#isEnded = true
  }

  /** What was fed and not read. */
  get rest(): string {
    return this.#text.slice(this.#at)
  }

  /** It was longer than may be read: what looks like its end is none. */
  get isCut(): boolean {
    return this.#left <= 0
  }

  /** The next character, which stays; empty at the end. */
  *ahead(): Reading<string> {
    while (this.#at >= this.#text.length && !this.#isEnded && !this.isCut) yield
    return this.isCut ? '' : (this.#text[this.#at] ?? '')
  }

  /** Takes the next character if it is one of these. */
  *one(isWanted: (character: string) => boolean): Reading<string> {
    const next = yield* this.ahead()
    if (next === '' || !isWanted(next)) return ''
    this.#take(1)
    return next
  }

  /** Takes the longest of these words that stands here. */
  *word<W extends string>(words: readonly W[]): Reading<W | undefined> {
    for (;;) {
      const left = this.#text.length - this.#at
      const isUndecided = words.some((word) => word.length > left && word.startsWith(this.#text.slice(this.#at)))
      if (!isUndecided || this.#isEnded || this.isCut) break
      yield
    }
    const found = words
      .filter((word) => this.#text.startsWith(word, this.#at))
      .reduce<W | undefined>((best, word) => (best === undefined || word.length > best.length ? word : best), undefined)
    this.#take(found?.length ?? 0)
    return found
  }

  *spaces(): Reading<string> {
    let spaces = ''
    while (spaces.length < mostSpaces) {
      const next = yield* this.one((character) => space.test(character))
      if (next === '') break
      spaces += next
    }
    return spaces
  }

  /** The text before `ending`, which is taken too; `undefined` when it does not come. */
  *until(ending: string): Reading<string | undefined> {
    let text = ''
    for (;;) {
      const found = this.#text.indexOf(ending, this.#at)
      if (found !== -1) {
        text += this.#take(found - this.#at)
        this.#take(ending.length)
        return text
      }
      // The last characters may be the beginning of it.
      text += this.#take(Math.max(0, this.#text.length - this.#at - ending.length + 1))
      if (this.#isEnded || this.isCut) return undefined
      yield
    }
  }

  /** The same where a backslash takes the ending its meaning. */
  *untilUnescaped(ending: string): Reading<string | undefined> {
    let text = ''
    for (;;) {
      const part = yield* this.until(ending)
      if (part === undefined) return undefined
      text += part
      let slashes = 0
      while (text.at(-1 - slashes) === '\\') slashes += 1
      if (slashes % 2 === 0) return text
      text += ending
    }
  }

  /** The rest of JSON of which so many brackets are open, and perhaps a string; `undefined` when it does not end. ~5 ns a character. */
  *untilClosed(open: number, isInString: boolean): Reading<string | undefined> {
    let depth = open
    let isString = isInString
    let isEscaped = false
    let text = ''
    while ((yield* this.ahead()) !== '') {
      let at = this.#at
      for (; at < this.#text.length && depth > 0; at += 1) {
        const sign = this.#text[at]
        if (isEscaped) isEscaped = false
        else if (sign === '\\') isEscaped = isString
        else if (sign === '"') isString = !isString
        else if (!isString && (sign === '{' || sign === '[')) depth += 1
        else if (!isString && (sign === '}' || sign === ']')) depth -= 1
      }
      text += this.#take(at - this.#at)
      if (depth === 0) return text
    }
    return undefined
  }

  #take(count: number): string {
    const taken = this.#text.slice(this.#at, this.#at + count)
    this.#at += count
    this.#left -= count
    return taken
  }
}
