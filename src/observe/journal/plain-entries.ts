/**
 * Exchanges that are over and went as most do, written into memory that is there from the start. Kept as objects, each would grow old in its
 * turn: V8 learns that they do and makes them old from the beginning, and whatever is old holds what was young beside it, answers of a
 * megabyte too, until the next full collection. Written down, none outlives its exchange (~0.2 µs).
 */
import type { Usage } from '../../ir/events.ts'
import type { AttemptEntry, Entry } from './entry.ts'

/** What is said in words: alike for many exchanges, and kept once for all of them. */
interface Sort extends Pick<Entry, 'dialect' | 'about' | 'isStream'> {
  asked: string | undefined
  attempt: Pick<AttemptEntry, 'target' | 'kind' | 'dialect' | 'how'>
  answeredAs: string | undefined
  hasUsage: boolean
}

/** So many are known; of others each exchange has one of its own. */
const mostSorts = 16

const moments = ['turnMs', 'connectMs', 'headMs', 'contentMs', 'endMs'] as const
const tokens = ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'outputTokens', 'reasoningTokens'] as const
/** Before them: when it began, how long it took, and when its target was asked. */
const momentsFrom = 3
const tokensFrom = momentsFrom + moments.length
const width = tokensFrom + tokens.length

export class PlainEntries {
  /** `width` a place; NaN is what is not known. */
  readonly #numbers: Float64Array
  readonly #sorts: Sort[] = []
  #known: Sort[] = []

  constructor(places: number) {
    this.#numbers = new Float64Array(places * width)
  }

  /** False for one that is not as most are: then nothing is written. */
  write(place: number, entry: Entry): boolean {
    const [attempt] = entry.attempts
    if (!attempt || !isPlain(entry, attempt)) return false
    const from = place * width
    const { turnMs, connectMs, headMs, contentMs, endMs, usage = noUsage } = attempt
    const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage
    this.#numbers[from] = entry.atMs
    this.#put(from + 1, entry.totalMs)
    this.#put(from + 2, attempt.startMs)
    // In the order of their names; written out, as to look each up by its name takes five times as long.
    this.#put(from + momentsFrom, turnMs)
    this.#put(from + momentsFrom + 1, connectMs)
    this.#put(from + momentsFrom + 2, headMs)
    this.#put(from + momentsFrom + 3, contentMs)
    this.#put(from + momentsFrom + 4, endMs)
    this.#put(from + tokensFrom, inputTokens)
    this.#put(from + tokensFrom + 1, cacheReadTokens)
    this.#put(from + tokensFrom + 2, cacheWriteTokens)
    this.#put(from + tokensFrom + 3, outputTokens)
    this.#put(from + tokensFrom + 4, reasoningTokens)
    this.#sorts[place] = this.#sortOf(entry, attempt)
    return true
  }

  /** What was written there, made anew. */
  read(place: number, id: string): Entry | undefined {
    const sort = this.#sorts[place]
    if (!sort) return undefined
    const { dialect, about, isStream, asked: model } = sort
    const [atMs = 0, totalMs = 0, startMs = 0] = this.#numbers.subarray(place * width)
    const attempt = this.#attempt(place, sort, startMs)
    const end = { is: 'answered', target: attempt.target } as const
    const facts = { id, atMs, dialect, about, isStream, ...(model !== undefined && { model }) }
    return { ...facts, attempts: [attempt], end, ...(!Number.isNaN(totalMs) && { totalMs }) }
  }

  #attempt(place: number, { attempt, answeredAs: model, hasUsage }: Sort, startMs: number): AttemptEntry {
    const from = place * width
    const times = { startMs, ...this.#take(from + momentsFrom, moments) }
    const usage = hasUsage && { usage: this.#take(from + tokensFrom, tokens) }
    return { ...attempt, ...(model !== undefined && { model }), ...times, end: { is: 'answered' }, ...usage }
  }

  #put(at: number, value: number | undefined): void {
    this.#numbers[at] = value ?? Number.NaN
  }

  #take<K extends string>(from: number, names: readonly K[]): { [N in K]?: number } {
    const taken: { [N in K]?: number } = {}
    let at = from
    for (const name of names) {
      const value = this.#numbers[at++] ?? Number.NaN
      if (!Number.isNaN(value)) taken[name] = value
    }
    return taken
  }

  #sortOf(entry: Entry, attempt: AttemptEntry): Sort {
    const known = this.#known.find((sort) => isOfSort(sort, entry, attempt))
    if (known) return known
    const { dialect, about, isStream, model: asked } = entry
    const { target, kind, dialect: spoken, how, model: answeredAs, usage } = attempt
    const words = { target, kind, dialect: spoken, how }
    const made = { dialect, about, isStream, asked, attempt: words, answeredAs, hasUsage: usage !== undefined }
    this.#known = [made, ...this.#known.slice(0, mostSorts - 1)]
    return made
  }
}

const noUsage: Usage = {}

/** One target was asked, it answered, and nothing more is to be said of it. */
function isPlain(entry: Entry, attempt: AttemptEntry): boolean {
  const { attempts, end, by, content, trace } = entry
  if (attempts.length > 1 || by || content || trace || attempt.omitted || attempt.spanId !== undefined) return false
  return attempt.end.is === 'answered' && end.is === 'answered' && end.target === attempt.target
}

function isOfSort(sort: Sort, entry: Entry, { target, kind, dialect, how, model, usage }: AttemptEntry): boolean {
  const { dialect: asked, about, isStream } = sort
  const { attempt, answeredAs, hasUsage } = sort
  return (
    asked === entry.dialect &&
    about === entry.about &&
    isStream === entry.isStream &&
    sort.asked === entry.model &&
    attempt.target === target &&
    attempt.kind === kind &&
    attempt.dialect === dialect &&
    attempt.how === how &&
    answeredAs === model &&
    hasUsage === (usage !== undefined)
  )
}
