/** What a conversation takes when it is cut, without cutting it. */
import type { ChatRequest, Message } from '../ir/request.ts'
import { longTextsIn, shareOf } from './call-arguments.ts'
import { presentFrom, type Count } from './count.ts'
import { droppedRuns, isDropped, type Cut } from './cut.ts'
import { imagesBefore, imagesOf, wordsFor } from './images.ts'
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

export function measure(request: ChatRequest, count: Count): Sizes {
  const { messages } = request
  const present = presentFrom(messages)
  const measured = messages.map((message, at) => measureMessage(message, at >= present, count))
  const images = imagesBefore(messages)
  const frames = new Map<number | undefined, number>()
  const frame = (tools: number | undefined): number => {
    const known = frames.get(tools)
    if (known !== undefined) return known
    const short = tools === undefined ? request : { ...request, tools: shortenTools(request.tools, tools, count) }
    const tokens = count.frame(short)
    frames.set(tools, tokens)
    return tokens
  }
  const total = (cut: Cut): number => {
    const runs = droppedRuns(messages, cut).length
    const notes = runs === 0 ? 0 : runs * noteFrameTokens + cut.noteTokens
    return measured.reduce((sum, one, at) => sum + sizeOf(one, at, cut, images[at] ?? 0), frame(cut.toolTokens) + notes)
  }
  return { imagesBefore: images, total }
}

/** `imagesBefore`: of the messages before it. */
function sizeOf({ role, frame, parts }: Measured, at: number, cut: Cut, imagesBefore: number): number {
  if (isDropped(cut, at)) return 0
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
