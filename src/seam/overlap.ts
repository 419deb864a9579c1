/**
 * Joins what a second model writes to what a first one had said: no word twice, and one that starts over is known for it.
 * Models that are asked to go on often repeat the last words, the cut word, or the whole answer first.
 */

/**
 * How the second model is asked. `prefill`: it goes on with the last message as its own; only some do, others begin a new one or
 * refuse (providers.md 3.1, 4.1). `echo`: the same, and what was said comes first once more (llama-server). `plea`: in words, to which it answers with a message of its own.
 */
export type Way = 'prefill' | 'echo' | 'plea'

/** Text of the second model, in pieces of any size. */
export interface Join {
  /** Nothing was said before. */
  readonly isAfresh: boolean
  /** What of it is new, as far as that is known by now. */
  next(text: string): string
  /** The rest of it, when nothing more comes. */
  end(): string
  /** It starts over in other words: what it says belongs nowhere in the answer. */
  isOtherStart(): boolean
}

/** More than this is not repeated, unless it is everything. */
const longestRepeat = 600
/** As many characters alike at the beginning are no chance. */
const surelyTheSame = 20

/** Holds nothing back longer than until it is clear that it repeats nothing: mostly the first few characters. */
export function createJoin(said: string, way: Way): Join {
  let held = ''
  let state: 'undecided' | 'joined' | 'other-start' = said === '' ? 'joined' : 'undecided'

  const decide = (): string => {
    // However short it is: it is known to come again.
    if (way === 'echo' && held.startsWith(said)) {
      state = 'joined'
      return held.slice(said.length)
    }
    const text = held.trimStart()
    const repeated = longestOverlap(said, text)
    if (repeated === 0 && startsOver(said, text)) {
      state = 'other-start'
      return ''
    }
    state = 'joined'
    if (repeated > 0) return text.slice(repeated)
    // A cut after a blank, and a model that begins with one.
    if (said.endsWith(' ')) return held.replace(/^ +/, '')
    // A message of its own begins with no blank, also where one is due.
    return way === 'plea' && lacksBlank(said, held) ? ` ${held}` : held
  }

  return {
    isAfresh: said === '',
    isOtherStart: () => state === 'other-start',
    next: (text) => {
      if (state === 'joined') return text
      if (state === 'other-start') return ''
      held += text
      const isOpen =
        mayRepeat(said, held.trimStart()) || (way === 'echo' && said.length > held.length && said.startsWith(held))
      return isOpen ? '' : decide()
    },
    end: () => {
      if (state !== 'undecided') return ''
      state = 'joined'
      const text = held.trimStart()
      // All that it has to say was said: the last words again, or the beginning of a repetition.
      const isEnd = said.endsWith(text) && isRepetition(said, said.length - text.length)
      const isBeginning = text.length >= surelyTheSame && said.startsWith(text)
      if (isEnd || isBeginning) return ''
      return decide()
    },
  }
}

/** Where a repetition may begin: at the start of all, or in the last part of it. */
function* placesOf(said: string): Generator<number> {
  yield 0
  for (let at = Math.max(1, said.length - longestRepeat); at < said.length; at += 1) yield at
}

/** All of `text` could still be a repetition of something, with more of it to come. */
function mayRepeat(said: string, text: string): boolean {
  for (const at of placesOf(said)) if (said.length - at > text.length && said.startsWith(text, at)) return true
  return false
}

/** How many characters of `text` repeat the end of what was said. */
function longestOverlap(said: string, text: string): number {
  for (const at of placesOf(said)) {
    const repeated = said.slice(at)
    if (text.startsWith(repeated) && isRepetition(said, at)) return repeated.length
  }
  return 0
}

/** A word or more, from its beginning: brackets and single letters stand beside their like in any code or list. */
function isRepetition(said: string, at: number): boolean {
  const repeated = said.slice(at)
  if (at > 0 && isWordCharacter(said[at - 1]) && isWordCharacter(said[at])) return false
  return repeated.length >= 12 || wordCharacters(repeated) >= 3
}

function startsOver(said: string, text: string): boolean {
  const { length } = text
  let alike = 0
  while (alike < length && alike < said.length && text[alike] === said[alike]) alike += 1
  // What the answer itself begins several lines with is the form of a list.
  return alike >= surelyTheSame && alike < said.length && !said.includes(text.slice(0, alike), 1)
}

/** Between words of scripts that have blanks, and behind a sentence. A cut inside a word is what the repetition of it is asked for. */
function lacksBlank(said: string, text: string): boolean {
  return /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d,.;:!?]$/u.test(said) && /^[\p{L}\d]/u.test(text)
}

const wordCharacter = /[\p{L}\p{N}_]/u

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && wordCharacter.test(character)
}

function wordCharacters(text: string): number {
  return text.match(/[\p{L}\p{N}_]/gu)?.length ?? 0
}
