/** Answers of `/api/chat` and `/api/generate`, whole and as NDJSON lines (local-engines.md 1.2). */

import { type JsonObject, stringOf } from '../../src/ir/json.ts'
import { splitWords } from './answer.ts'
import type { Content, OllamaBehaviour } from './control.ts'
import type { Exchange } from './exchange.ts'
import type { Prompt } from './ollama-prompt.ts'

export interface LocalAnswer {
  model: string
  /** The messages that carry content, one a line in a stream. */
  pieces: JsonObject[]
  doneReason: string
  prompt: Prompt
  /** True when the request's own load is part of the answer's durations. */
  loaded: boolean
  /** `/api/generate` says flat what `/api/chat` says in a message, and ends with the ids of all its tokens where it may be asked on. */
  shape: Shape
}

export type Shape = { of: 'chat' } | { of: 'generate'; context?: number[] }

const localText = 'Hello from the local model, in several words.'
/** Fixed, so that the same order gives the same bytes. */
const createdAt = '2026-11-22T10:00:00.123456789Z'
const nanosecondsPerToken = 16_000_000

export interface Limits {
  numPredict: number
  numCtx: number
  shift: boolean
  tools: boolean
  think: boolean
}

export function createLocalAnswer(
  content: Content,
  model: string,
  prompt: Prompt,
  limits: Limits,
  shape: Shape,
): LocalAnswer {
  const calls = limits.tools ? (content.toolCalls ?? []) : []
  const text = content.text ?? (calls.length > 0 ? '' : localText)
  const words = splitWords(text).map((word): JsonObject => ({ role: 'assistant', content: word }))
  const thoughts = limits.think ? splitWords(content.thinking ?? '') : []
  const room = limits.numCtx - prompt.evaluated
  // Without a shift the answer ends where the window does; with it the history is thrown away (local-engines.md 1.6).
  const most = Math.min(limits.numPredict, limits.shift ? Infinity : Math.max(room, 0))
  const all = [
    ...thoughts.map((thinking): JsonObject => ({ role: 'assistant', content: '', thinking })),
    ...words,
    ...calls.map(({ id, name, input }, index): JsonObject => {
      const called = { index, name, arguments: input }
      return {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: id ?? `call_fake${1000 + index}`, function: called }],
      }
    }),
  ]
  const pieces = all.slice(0, most)
  prompt.shifted = limits.shift && pieces.length > room
  const cutShort = pieces.length < all.length || content.finish === 'length'
  return { model, pieces, doneReason: cutShort ? 'length' : 'stop', prompt, loaded: false, shape }
}

export function wholeAnswer(answer: LocalAnswer, done: boolean): JsonObject {
  const joined = (key: string): string => answer.pieces.map((piece) => stringOf(piece[key]) ?? '').join('')
  const message: JsonObject = { role: 'assistant', content: joined('content') }
  const thinking = joined('thinking')
  if (thinking !== '') message['thinking'] = thinking
  const calls = answer.pieces.flatMap((piece) => piece['tool_calls'] ?? [])
  if (calls.length > 0) message['tool_calls'] = calls
  const head = { model: answer.model, created_at: createdAt, ...inShape(answer.shape, message) }
  return done ? { ...head, ...ending(answer) } : { ...head, done: false }
}

/** Streams; the behaviour says after how many lines and how it breaks off. */
export async function streamAnswer(answer: LocalAnswer, behaviour: OllamaBehaviour, exchange: Exchange): Promise<void> {
  const limit = 'chunks' in behaviour ? behaviour.chunks : undefined
  const breaks = behaviour.mode === 'error-line' || behaviour.mode === 'ends-silently'
  const pieces = breaks ? answer.pieces.slice(0, limit ?? 2) : answer.pieces
  exchange.head(200, { 'content-type': 'application/x-ndjson' })
  for (const [index, message] of pieces.entries()) {
    if (exchange.gone) return
    const said = inShape(answer.shape, message)
    await exchange.write(line({ model: answer.model, created_at: createdAt, ...said, done: false }))
    await exchange.pauseAt(index + 1, behaviour.holdAfter)
  }
  if (breaks) {
    if (behaviour.mode === 'error-line') await exchange.write(line({ error: errorText(behaviour) }))
    return exchange.endShort()
  }
  const nothing = inShape(answer.shape, { role: 'assistant', content: '' })
  const last = { model: answer.model, created_at: createdAt, ...nothing }
  await exchange.write(line({ ...last, ...ending(answer) }))
  exchange.end()
}

function inShape({ of }: Shape, message: JsonObject): JsonObject {
  if (of === 'chat') return { message }
  const { role: _, content = '', ...rest } = message
  return { response: content, ...rest }
}

export function errorText(behaviour: OllamaBehaviour): string {
  const own = 'error' in behaviour ? behaviour.error : undefined
  return (
    own ??
    'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details'
  )
}

/** The answer to an empty conversation, which loads or unloads (local-engines.md 1.4). */
export function loadAnswer(model: string, reason: 'load' | 'unload', shape: Shape): JsonObject {
  const nothing = inShape(shape, { role: 'assistant', content: '' })
  return { model, created_at: createdAt, ...nothing, done_reason: reason, done: true }
}

export function line(value: JsonObject): string {
  return `${JSON.stringify(value)}\n`
}

function ending(answer: LocalAnswer): JsonObject {
  const { evaluated } = answer.prompt
  const counted = answer.pieces.length + 1
  const load = answer.loaded ? 2_500_000_000 : 1_334_875
  const promptTime = evaluated * (nanosecondsPerToken / 40)
  const evalTime = counted * nanosecondsPerToken
  return {
    done_reason: answer.doneReason,
    done: true,
    ...('context' in answer.shape ? { context: answer.shape.context } : {}),
    total_duration: load + promptTime + evalTime,
    load_duration: load,
    prompt_eval_count: evaluated,
    prompt_eval_duration: promptTime,
    eval_count: counted,
    eval_duration: evalTime,
  }
}
