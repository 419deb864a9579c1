/** A conversation as a cut leaves it. */
import type { AssistantPart, ChatRequest, Message, ToolResultPart, UserPart } from '../../ir/request.ts'
import { endsStep, type Steps } from '../../ir/steps.ts'
import { shrinkArguments } from './call-arguments.ts'
import { presentFrom, type Count } from '../count/count.ts'
import { droppedRuns, isDropped, type Cut } from './cut.ts'
import { fingerprint } from './fingerprint.ts'
import { countImages, imagesBefore, leaveOutImages, wordsFor } from '../count/images.ts'
import { noteOf, type Memo } from './notes.ts'
import { shortenTools } from './short-tools.ts'
import { shrinkText } from './shrink.ts'
import type { Omitted } from '../omitted.ts'
import { satisfyTemplate } from '../adapt/strict-template.ts'

export interface Fitted {
  request: ChatRequest
  /** By this count. */
  tokens: () => number
  /** What the notes take of them: words that are not of the conversation. */
  noteTokens: number
  omitted: Omitted
}

/** `summaries`: of each run of messages that is left out (cut.ts), in order. The conversation's template is satisfied, and is again. */
export function* applyCut(
  request: ChatRequest,
  cut: Cut,
  summaries: readonly string[],
  count: Count,
  memo: Memo,
): Steps<Fitted> {
  const present = presentFrom(request.messages)
  const sizeOf = (message: Message, at: number): number => count.message(message, at >= present)
  const runs = droppedRuns(request.messages, cut)
  const images = imagesBefore(request.messages)
  const messages: Message[] = []
  let tokens = 0
  let noteTokens = 0
  let dropped = 0
  for (const [at, message] of request.messages.entries()) {
    if (endsStep(at)) yield
    const run = runs.findIndex((one) => one.at === at)
    if (run !== -1) {
      const missing = runs[run]?.messages ?? []
      const { size, told } = yield* sizesOf(missing, present - at, count)
      const left = { messages: missing.length, tokens: told, images: countImages(missing) }
      const note = noteMessage(noteOf(left, summaries[run] ?? ''))
      messages.push(note)
      noteTokens += count.message(note, true)
      tokens += size
      dropped += missing.length
    }
    if (isDropped(cut, at)) continue
    const seen = leaveOutImages(message, cut.imagesLeftOut - (images[at] ?? 0))
    const short = shorten(seen, at, cut, count, memo)
    messages.push(short)
    if (short !== message) tokens += sizeOf(message, at) - sizeOf(short, at)
  }
  const tools = cut.toolTokens === undefined ? request.tools : shortenTools(request.tools, cut.toolTokens, count)
  yield
  const fitted = satisfyTemplate({ ...request, messages, tools }, () => {})
  tokens += count.frame(request) - count.frame(fitted)
  const left = yield* count.takeRequest(fitted)
  return {
    request: fitted,
    tokens: () => left,
    noteTokens,
    omitted: { messages: dropped, tokens, images: countImages(request.messages) - countImages(fitted.messages) },
  }
}

/** `told`: without thoughts, which count only while their turn lasts, as the note has to stay the same. */
function* sizesOf(messages: readonly Message[], present: number, count: Count): Steps<{ size: number; told: number }> {
  let [size, told] = [0, 0]
  for (const [at, message] of messages.entries()) {
    if (endsStep(at)) yield
    const silent = count.message(message, false)
    told += silent
    size += at >= present ? count.message(message, true) : silent
  }
  return { size, told }
}

function noteMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] }
}

function shorten(message: Message, at: number, cut: Cut, count: Count, memo: Memo): Message {
  const short = (text: string, tokens: number): string =>
    memo.of(fingerprint([count.id, String(tokens), text]), () => shrinkText(text, tokens, count))
  switch (message.role) {
    case 'system':
      return message
    case 'user':
      return cut.textTokens === undefined
        ? message
        : { role: 'user', content: shrinkTexts(message.content, cut.textTokens, short) }
    case 'assistant':
      return shortenAnswer(message, at, cut, count, short)
    case 'tool': {
      const limit = limitOfTools(at, cut)
      if (limit === undefined) return message
      return { role: 'tool', content: message.content.map((result) => shrinkResult(result, limit, count, short)) }
    }
  }
}

/** For what tools are told, and tell. */
function limitOfTools(at: number, { shrunkBefore, resultTokens, textTokens }: Cut): number | undefined {
  const old = at < shrunkBefore ? resultTokens : undefined
  return old === undefined || textTokens === undefined ? (old ?? textTokens) : Math.min(old, textTokens)
}

type Answer = Extract<Message, { role: 'assistant' }>

function shortenAnswer(message: Answer, at: number, cut: Cut, count: Count, short: Shorten): Answer {
  const { textTokens } = cut
  const limit = limitOfTools(at, cut)
  const kept = message.content.filter((part) => part.type !== 'reasoning' || at >= cut.thoughtlessBefore)
  const content = kept.map((part): AssistantPart => {
    if (part.type === 'tool-call' && limit !== undefined && count.part(part) > limit)
      return { ...part, input: shrinkArguments(part.input, limit, count, short) }
    return part.type === 'text' && textTokens !== undefined ? { ...part, text: short(part.text, textTokens) } : part
  })
  const isSame = content.length === message.content.length && content.every((part, index) => part === kept[index])
  return isSame ? message : { role: 'assistant', content }
}

type Shorten = (text: string, tokens: number) => string

/** All of a result shares its room. */
function shrinkResult(result: ToolResultPart, tokens: number, count: Count, short: Shorten): ToolResultPart {
  if (count.part(result) <= tokens) return result
  const texts = result.content.map((part) => (part.type === 'file' ? wordsFor(part) : part))
  const text = texts.map((part) => (part.type === 'text' ? part.text : part.kind)).join('\n')
  return { ...result, content: [{ type: 'text', text: short(text, tokens) }] }
}

function shrinkTexts(parts: readonly UserPart[], tokens: number, short: Shorten): UserPart[] {
  return parts.map((part) => (part.type === 'text' ? { ...part, text: short(part.text, tokens) } : part))
}
