/**
 * Tool calls that a model says in its text instead of making them (local-engines.md 7): found in the events of an answer, and made.
 *
 * Text passes at once. It is held only from where a call may begin, and as long as it can still be one: a few characters of ordinary
 * prose, code or JSON, and the whole of what does begin as a call of a declared tool. What turns out to be none passes unchanged.
 * A chunk of prose costs ~0.3 µs, one of HTML ~2 µs, one within a call ~1 µs (`npm run bench -- --only translate`).
 */
import type { Emit, StreamEvent } from '../ir/events.ts'
import type { FunctionTool } from '../ir/request.ts'
import { Cursor, type Reading } from './cursor.ts'
import { judgeCalls, type SpokenCall } from './judge.ts'
import { mayOpen, openingSigns, readCalls, readFenceMark, type Place } from './read-calls.ts'
import type { Written } from './written.ts'

export interface Listening {
  /** As the model was shown them. */
  tools: readonly FunctionTool[]
  /** The answer is to be JSON itself: a call needs a mark of its own. */
  wantsJson: boolean
  /** It goes on with an answer that another model began. */
  isBegun: boolean
  /** An id for each call of the answer. */
  idOf: (index: number) => string
  /** Told once, before the finish, how many calls were made. */
  onMade: (count: number) => void
}

/** No call is longer: it would be a file that a model writes for an hour. */
const mostCharacters = 256 * 1024
/** What turned out to be no call is searched once more, for one that begins within it; beyond this length that would take too long. */
const mostSearchedAgain = 256
/** White space before the first word: of a call that follows, it is no text of its own, which providers refuse (providers.md 4.1). */
const mostLead = 64

/** Text that may be a call. */
interface Candidate {
  cursor: Cursor
  reading: Reading<Written[] | undefined>
  pieces: string[]
}

/** A block of the model's text. What the client gets of it may be several, with calls between them. */
interface TextBlock {
  index: number
  /** White space before its first word, or behind a call. */
  lead: string
  /** The client's block, once there is something in it. */
  open: number | undefined
  /** Something of it was said, or a call made. */
  isUsed: boolean
}

export function createSpokenCalls(emit: Emit, listening: Listening): Emit {
  const listener = new Listener(emit, listening)
  return (event) => listener.take(event)
}

class Listener {
  readonly #emit: Emit
  readonly #listening: Listening
  readonly #names: readonly string[]
  /** The model's block -> the client's. */
  readonly #places = new Map<number, number>()
  #free = 0
  #block: TextBlock | undefined
  #candidate: Candidate | undefined
  /** Said and not yet emitted. */
  #ready = ''
  #isLineStart = true
  #isInFence = false
  #last = ''
  /** Something was said in the answer. */
  #hasSaid: boolean
  #made = 0

  constructor(emit: Emit, listening: Listening) {
    this.#emit = emit
    this.#listening = listening
    this.#hasSaid = listening.isBegun
    this.#names = listening.tools.map(({ name }) => name)
  }

  take(event: StreamEvent): void {
    if (event.type === 'text-delta' && event.index === this.#block?.index) {
      this.#hear(event.text)
      return this.#flush()
    }
    this.#settle()
    if (event.type === 'text-end' && event.index === this.#block?.index) return this.#endBlock(event)
    if (event.type === 'text-start') this.#beginBlock(event.index)
    else if ('index' in event) this.#emit({ ...event, index: this.#placeOf(event.index) })
    else if (event.type === 'finish') this.#finish(event)
    else this.#emit(event)
  }

  #placeOf(index: number): number {
    const place = this.#places.get(index) ?? this.#free++
    this.#places.set(index, place)
    return place
  }

  #beginBlock(index: number): void {
    this.#block = { index, lead: '', open: undefined, isUsed: false }
    this.#isLineStart = true
    this.#isInFence = false
    this.#last = ''
  }

  /** Everything is known of the text so far: something else begins, or the block ends. */
  #settle(): void {
    while (this.#candidate) {
      this.#candidate.cursor.end()
      this.#hear(this.#advance(this.#candidate) ?? '')
    }
    this.#flush()
  }

  #endBlock(event: Extract<StreamEvent, { type: 'text-end' }>): void {
    const block = this.#block
    if (block && !block.isUsed) this.#open(block)
    if (block?.open !== undefined) this.#emit({ ...event, index: block.open })
    this.#block = undefined
  }

  #finish(event: Extract<StreamEvent, { type: 'finish' }>): void {
    if (this.#made === 0) return this.#emit(event)
    this.#listening.onMade(this.#made)
    // An answer that ran into its limit behind the call stays one.
    const { rawReason: _, ...rest } = event
    this.#emit(event.reason === 'stop' ? { ...rest, reason: 'tool-calls' } : event)
  }

  #hear(text: string): void {
    let todo: string | undefined = text
    while (todo !== undefined && todo !== '') {
      if (!this.#candidate) {
        const at = this.#passTo(todo)
        if (at === todo.length) return
        this.#candidate = this.#begin()
        todo = todo.slice(at)
      }
      this.#candidate.pieces.push(todo)
      this.#candidate.cursor.feed(todo)
      todo = this.#advance(this.#candidate)
    }
  }

  /** Says everything before the next place where a call may begin. */
  #passTo(text: string): number {
    let at = 0
    while (at < text.length) {
      const sign = text.charAt(at)
      if (openingSigns.has(sign) && this.#mayBegin(sign, text.charAt(at + 1))) break
      if (sign === '\n') this.#isLineStart = true
      else if (sign !== ' ' && sign !== '\t' && sign !== '\r') this.#isLineStart = false
      this.#last = sign
      at += 1
    }
    this.#say(text.slice(0, at))
    return at
  }

  /** Words that are quoted are spoken of. */
  #mayBegin(sign: string, next: string): boolean {
    if (this.#isInFence) return this.#isLineStart && sign === '`'
    return mayOpen(sign, next, this.#place()) && !quotes.has(this.#last)
  }

  #place(): Place {
    const { wantsJson } = this.#listening
    return { isLineStart: this.#isLineStart, isAnswerStart: !this.#hasSaid, takesJson: !wantsJson }
  }

  #begin(): Candidate {
    const cursor = new Cursor(mostCharacters)
    const reading = this.#isInFence ? readFenceMark(cursor) : readCalls(cursor, this.#names, this.#place())
    return { cursor, reading, pieces: [] }
  }

  /** Goes on with reading it: what is to be heard next, once it is known what this is. */
  #advance({ cursor, reading, pieces }: Candidate): string | undefined {
    const step = reading.next()
    if (step.done !== true) return undefined
    this.#candidate = undefined
    const written = cursor.isCut ? undefined : step.value
    const calls = written && judgeCalls(written, this.#listening.tools)
    if (!calls) return this.#letGo(pieces.join(''), cursor.rest)
    this.#make(calls)
    return cursor.rest
  }

  /** Its first word is text; in the rest of it another call may begin. */
  #letGo(text: string, rest: string): string {
    const read = text.length - rest.length
    const word = text.startsWith(fence) ? fence.length : 1
    const sure = read > mostSearchedAgain ? read : word
    this.#pass(text.slice(0, sure))
    return text.slice(sure)
  }

  /** Text that is not searched. */
  #pass(text: string): void {
    const fences = (this.#isLineStart ? text : `.${text}`).match(fencedLine)?.length ?? 0
    if (fences % 2 === 1) this.#isInFence = !this.#isInFence
    const isFirstLine = !text.includes('\n')
    const isBlank = text.slice(text.lastIndexOf('\n') + 1).trim() === ''
    this.#isLineStart = isBlank && (this.#isLineStart || !isFirstLine)
    this.#last = text.at(-1) ?? ''
    this.#say(text)
  }

  #say(text: string): void {
    this.#ready += text
    if (!this.#hasSaid && text.trim() !== '') this.#hasSaid = true
  }

  #flush(): void {
    const block = this.#block
    if (!block || this.#ready === '') return
    const text = block.lead + this.#ready
    this.#ready = ''
    block.lead = ''
    if (block.open === undefined && text.length <= mostLead && text.trim() === '') block.lead = text
    else this.#emit({ type: 'text-delta', index: this.#open(block), text })
  }

  #open(block: TextBlock): number {
    if (block.open !== undefined) return block.open
    block.open = this.#free++
    block.isUsed = true
    this.#emit({ type: 'text-start', index: block.open })
    if (block.lead !== '') this.#emit({ type: 'text-delta', index: block.open, text: block.lead })
    block.lead = ''
    return block.open
  }

  #make(calls: readonly SpokenCall[]): void {
    this.#flush()
    const block = this.#block
    if (block?.open !== undefined) this.#emit({ type: 'text-end', index: block.open })
    if (block) this.#block = { index: block.index, lead: '', open: undefined, isUsed: true }
    for (const { name, input } of calls) {
      const index = this.#free++
      this.#emit({ type: 'tool-call-start', index, id: this.#listening.idOf(this.#made), name })
      this.#emit({ type: 'tool-call-delta', index, json: input })
      this.#emit({ type: 'tool-call-end', index })
      this.#made += 1
    }
    this.#hasSaid = true
    this.#isLineStart = true
    this.#last = ''
  }
}

const quotes = new Set(['`', '"', "'"])
const fence = '```'
const fencedLine = /^[ \t]*```/gm
