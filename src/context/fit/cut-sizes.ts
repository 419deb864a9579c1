/** What a conversation takes when it is cut, without cutting it. */
import type { ChatRequest, Message } from '../../ir/request.ts'
import { mapInSteps, type Steps } from '../../ir/steps.ts'
import { longTextsIn, shareOf } from './call-arguments.ts'
import { presentFrom, type Count } from '../count/count.ts'
import { countDroppedRuns, keptBefore, nothingCut, type Cut } from './cut.ts'
import { imagesBefore, imagesOf, wordsFor } from '../count/images.ts'
import { noteFrameTokens } from './notes.ts'
import { shortenTools } from './short-tools.ts'

export interface Sizes {
  /** Where each message's images begin, and behind the last one how many there are. */
  imagesBefore: readonly number[]
  /** What is left by a cut, at most. */
  total(cut: Cut): number
}

/** A message by its parts, counted once: a plan weighs a few dozen cuts. */
interface Measured {
  role: Message['role']
  frame: number
  parts: readonly MeasuredPart[]
}

interface MeasuredPart {
  tokens: number
  isThought: boolean
  isShrinkable: boolean
  /** Of a call, the tokens of each long text in its arguments; looked for when they are asked for. */
  longTexts?: () => readonly number[]
  /** What is won by words in the place of each of its images. */
  images: readonly number[]
}

function measureMessage(message: Message, isPresent: boolean, count: Count): Measured {
  const parts = message.content.map((part) => ({
    tokens: part.type === 'reasoning' && !isPresent ? 0 : count.part(part),
    isThought: part.type === 'reasoning',
    isShrinkable: part.type === 'text' || part.type === 'tool-result',
    images: imagesOf(part).map((image) => count.part(image) - count.part(wordsFor(image))),
    ...(part.type === 'tool-call' && {
      longTexts: once(() => longTextsIn(part.input, count).map(({ tokens }) => tokens)),
    }),
  }))
  return { role: message.role, frame: count.message({ ...message, content: [] }, isPresent), parts }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** How much longer than its limit a text may be that is only a gap. */
const slack = 12

export function* measure(request: ChatRequest, count: Count): Steps<Sizes> {
  const { messages } = request
  const present = presentFrom(messages)
  const measured = yield* mapInSteps(messages, (message, at) => measureMessage(message, at >= present, count))
  const images = imagesBefore(messages)
  yield
  const frames = new Map<number | undefined, number>()
  const frame = (tools: number | undefined): number => {
    const known = frames.get(tools)
    if (known !== undefined) return known
    const short = tools === undefined ? request : { ...request, tools: shortenTools(request.tools, tools, count) }
    const tokens = count.frame(short)
    frames.set(tools, tokens)
    return tokens
  }
  const left = sumLeft(measured, images)
  const total = (cut: Cut): number => {
    const runs = countDroppedRuns(messages.length, cut)
    const notes = runs === 0 ? 0 : runs * noteFrameTokens + cut.noteTokens
    return frame(cut.toolTokens) + notes + left(cut)
  }
  return { imagesBefore: images, total }
}

/**
 * What is left of the messages. Of those that a cut can only leave out or keep, which are most of a long conversation, sums stand ready, as a
 * plan asks for a few dozen: a cut of every text is the last resort, and for it each is looked at.
 */
function sumLeft(measured: readonly Measured[], images: readonly number[]): (cut: Cut) => number {
  const changing: number[] = []
  const fixedBefore = new Float64Array(measured.length + 1)
  for (const [at, one] of measured.entries()) {
    const isFixed = one.role !== 'tool' && one.parts.every(isPlain)
    if (!isFixed) changing.push(at)
    fixedBefore[at + 1] = (fixedBefore[at] ?? 0) + (isFixed ? sizeOf(one, at, nothingCut, 0) : 0)
  }
  const everything = Array.from(measured.keys())
  return (cut) => {
    const { droppedBefore, kept, textTokens } = cut
    const from = Math.min(droppedBefore, measured.length)
    let tokens = 0
    const add = (at: number): void => {
      const one = measured[at]
      if (one) tokens += sizeOf(one, at, cut, images[at] ?? 0)
    }
    for (const at of keptBefore(from, kept)) add(at)
    if (textTokens === undefined) tokens += (fixedBefore[measured.length] ?? 0) - (fixedBefore[from] ?? 0)
    const each = textTokens === undefined ? changing : everything
    for (let index = firstFrom(each, from); index < each.length; index += 1) add(each[index] ?? 0)
    return tokens
  }
}

function isPlain({ isThought, longTexts, images }: MeasuredPart): boolean {
  return !isThought && longTexts === undefined && images.length === 0
}

/** In ascending order, where the first one is that is not below `least`. */
function firstFrom(places: readonly number[], least: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return low
}

/** `imagesBefore`: of the messages before it. */
function sizeOf({ role, frame, parts }: Measured, at: number, cut: Cut, imagesBefore: number): number {
  const { textTokens = Number.POSITIVE_INFINITY } = cut
  const ofTools = at < cut.shrunkBefore ? Math.min(cut.resultTokens, textTokens) : textTokens
  const limit = role === 'tool' ? ofTools : textTokens
  let tokens = frame
  let seen = imagesBefore
  for (const part of parts) {
    if (part.isThought && at < cut.thoughtlessBefore) continue
    const whole = part.tokens - wonBy(part.images, cut.imagesLeftOut - seen)
    seen += part.images.length
    if (part.longTexts) tokens += sizeOfCall(whole, part.longTexts, ofTools)
    else tokens += part.isShrinkable && role !== 'system' ? Math.min(whole, limit + slack) : whole
  }
  return tokens
}

/** By leaving out the first so many of them. */
function wonBy(images: readonly number[], leftOut: number): number {
  let won = 0
  for (let at = 0; at < Math.min(leftOut, images.length); at += 1) won += images[at] ?? 0
  return won
}

function sizeOfCall(tokens: number, longTexts: () => readonly number[], limit: number): number {
  if (tokens <= limit) return tokens
  const texts = longTexts()
  const share = shareOf(texts.length, limit)
  return texts.reduce((left, text) => left - Math.max(0, text - share - slack), tokens)
}
