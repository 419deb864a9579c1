/** Frames that cannot be read, and which of them an answer can do without. */
import { isObject, parseJson, type JsonObject } from '../ir/json.ts'
import type { Frame } from '../wire/sse.ts'

/** What a frame says; `noise` never was JSON, `torn` is JSON that broke. */
export type FrameContent = JsonObject | 'noise' | 'torn'

export function readFrame({ data }: Frame): FrameContent {
  const value = parseJson(data)
  // Gemini puts errors into a list of one (providers.md 1.6).
  const body = Array.isArray(value) ? value[0] : value
  if (isObject(body)) return body
  return value === undefined && data.startsWith('{') ? 'torn' : 'noise'
}

/** What each dialect knows of frames that it cannot read. */
export interface GapGrammar {
  /** As far as can still be seen, it was a word of the answer: nothing opens, closes or ends with it. */
  wasWords: (torn: Frame) => boolean
  /** A part that counts only as a whole, a call or a sealed thought: whether a frame begins it or goes on with it. */
  wholePart: (body: JsonObject) => 'start' | 'piece' | undefined
}

/** Follows one stream: a single torn frame is left out if the rest is sound without it; never from a call, whose arguments would be wrong. */
export class Gaps {
  readonly #grammar: GapGrammar
  #state: 'none' | 'fresh' | 'past' = 'none'

  constructor(grammar: GapGrammar) {
    this.#grammar = grammar
  }

  /** `before`: the last frame that could be read. */
  mayLeaveOut(torn: Frame, before: JsonObject | undefined): boolean {
    const isFirst = this.#state === 'none'
    this.#state = 'fresh'
    return isFirst && this.#grammar.wasWords(torn) && (before === undefined || !this.#grammar.wholePart(before))
  }

  /** A frame was left out, and what comes next may show that it was more than words. */
  get isFresh(): boolean {
    return this.#state === 'fresh'
  }

  isSoundWith(next: JsonObject): boolean {
    if (this.#state !== 'fresh' || isSilent(next)) return true
    this.#state = 'past'
    return this.#grammar.wholePart(next) !== 'piece'
  }
}

/** Frames that stand anywhere and mean nothing. */
export function isSilent({ type }: JsonObject): boolean {
  return type === 'ping' || type === 'keepalive'
}

/** Reads the frames of a target's answer: what can be read, and `fail` where what cannot be read is missed. */
export function createFrameReader(grammar: GapGrammar, fail: () => void): (frame: Frame) => JsonObject | undefined {
  const gaps = new Gaps(grammar)
  let last: JsonObject | undefined
  return (frame) => {
    const content = readFrame(frame)
    if (content === 'noise') return undefined
    const isSound = content === 'torn' ? gaps.mayLeaveOut(frame, last) : !gaps.isFresh || gaps.isSoundWith(content)
    if (!isSound) fail()
    if (content === 'torn' || !isSound) return undefined
    if (!isSilent(content)) last = content
    return content
  }
}
