/** `/api/chat`: the question is counted before anything else, as the library cuts what does not fit in silence (local-engines.md 4.2). */
import { randomBytes, randomInt } from 'node:crypto'
import { arrayOf, isObject, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Engine, Prompt, ReadyChat } from './engine.ts'
import { readHistory } from './history.ts'
import type { Lines } from './lines.ts'
import type { FunctionOffers, Grammar, Llama } from './library.ts'
import { doesNotFit, Refusal } from './refusal.ts'
import { mostTokens, readSampling } from './sampling.ts'
import { grammarSchema, withoutNulls } from './schema.ts'
import type { Turns } from './turns.ts'

export interface Question {
  model: string
  messages: JsonValue[]
  tools: Tools
  format: JsonValue | undefined
  think: JsonValue | undefined
  keepAlive: JsonValue | undefined
  window: number | undefined
  options: JsonObject
}

/** By name: what the library is offered, and the schema as it came. */
interface Tools {
  offers: FunctionOffers | undefined
  schemas: ReadonlyMap<string, JsonValue>
}

export function readQuestion(body: JsonObject): Question {
  const options = objectOf(body['options'])
  return {
    model: stringOf(body['model']) ?? '',
    messages: arrayOf(body['messages']),
    tools: readTools(arrayOf(body['tools'])),
    format: body['format'],
    think: body['think'],
    keepAlive: body['keep_alive'],
    window: numberOf(options['num_ctx']),
    options,
  }
}

function readTools(tools: readonly JsonValue[]): Tools {
  const functions = tools.map((tool) => objectOf(objectOf(tool)['function']))
  const named = functions.map((tool) => [stringOf(tool['name']) ?? '', tool] as const).filter(([name]) => name !== '')
  const offers = named.map(([name, tool]) => {
    const description = stringOf(tool['description'])
    const params = grammarSchema({ type: 'object', ...objectOf(tool['parameters']) }, 'calls')
    return [name, { params, ...(description === undefined ? {} : { description }) }] as const
  })
  return {
    offers: offers.length === 0 ? undefined : Object.fromEntries(offers),
    schemas: new Map(named.map(([name, tool]) => [name, tool['parameters'] ?? {}])),
  }
}

type Say = Lines['say']

export async function promptOf(engine: Engine, { messages, tools, think, format }: Question): Promise<Prompt> {
  // An answer that a grammar holds cannot begin with a thought.
  const wrapper = await engine.wrapper(format === undefined ? think : false)
  return { history: readHistory(messages), wrapper, ...(tools.offers && { functions: tools.offers }) }
}

/** Rejects with a {@link Refusal} as long as nothing was said. */
export async function answer(engine: Engine, turns: Turns, question: Question, signal: AbortSignal, say: Say) {
  if (question.messages.some((message) => arrayOf(objectOf(message)['images']).length > 0))
    throw new Refusal(400, 'this model does not support image input')
  const prompt = await promptOf(engine, question)
  const promptTokens = await engine.count(prompt)
  const window = await engine.windowFor(question.window)
  if (promptTokens >= window) throw doesNotFit(promptTokens, window)
  const startedAtMs = performance.now()
  const done = await turns.take(signal)
  try {
    const ready = await engine.ready(window, prompt.wrapper)
    const loadedAtMs = performance.now()
    if (signal.aborted) throw new Refusal(499, 'request canceled')
    const { reason, answerTokens, readTokens } = await generate(
      ready,
      question,
      prompt,
      window - promptTokens,
      signal,
      say,
    )
    say(
      {},
      {
        done_reason: reason,
        total_duration: nanoseconds(performance.now() - startedAtMs),
        load_duration: nanoseconds(loadedAtMs - startedAtMs),
        prompt_eval_count: promptTokens,
        // Trooper's own: what was read for an earlier question was not read again.
        prompt_cached_count: Math.max(0, promptTokens - readTokens),
        eval_count: answerTokens,
        eval_duration: nanoseconds(performance.now() - loadedAtMs),
      },
    )
  } finally {
    engine.rest(question.keepAlive)
    done()
  }
}

async function generate(
  { chat, sequence, llama }: ReadyChat,
  question: Question,
  { history, functions }: Prompt,
  room: number,
  signal: AbortSignal,
  say: Say,
): Promise<{ reason: 'stop' | 'length'; answerTokens: number; readTokens: number }> {
  const isFull = new AbortController()
  const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter
  const constraint = functions ? offering(functions, question.tools, say) : await holding(llama, question.format)
  try {
    const { metadata } = await chat.generateResponse(history, {
      ...readSampling(question.options, randomInt(2 ** 31)),
      ...constraint,
      maxTokens: Math.min(mostTokens(question.options), room),
      signal: AbortSignal.any([signal, isFull.signal]),
      stopOnAbortSignal: true,
      ...(question.think === false || 'grammar' in constraint ? { budgets: { thoughtTokens: 0 } } : {}),
      contextShift: { strategy: () => neverShift(isFull) },
      onResponseChunk: ({ type, text }) => {
        if (text !== '') say(type === 'segment' ? { thinking: text } : { content: text })
      },
    })
    const isCut = metadata.stopReason === 'maxTokens' || isFull.signal.aborted
    return {
      reason: isCut ? 'length' : 'stop',
      answerTokens: sequence.tokenMeter.usedOutputTokens - usedOutputTokens,
      readTokens: sequence.tokenMeter.usedInputTokens - usedInputTokens,
    }
  } finally {
    chat.dispose()
  }
}

/** A conversation that grows out of its window ends there: what was said before it stays said. */
function neverShift(isFull: AbortController): never {
  isFull.abort()
  throw new Error('The window is full.')
}

/** Both together the library cannot do: tools count, and an answer's form is looked at by whoever asked for it. */
function offering(functions: FunctionOffers, { schemas }: Tools, say: Say) {
  let index = 0
  const onFunctionCall = ({ functionName, params }: { functionName: string; params: unknown }): void => {
    const call = {
      index: index++,
      name: functionName,
      arguments: jsonObject(withoutNulls(params ?? {}, schemas.get(functionName))),
    }
    say({ calls: [{ id: `call_${randomBytes(4).toString('hex')}`, function: call }] })
  }
  return { functions, onFunctionCall }
}

async function holding(llama: Llama, format: JsonValue | undefined): Promise<{ grammar?: Grammar }> {
  if (format === undefined || format === '' || format === null) return {}
  if (isObject(format)) return { grammar: await llama.createGrammarForJsonSchema(grammarSchema(format, 'answer')) }
  if (format === 'json') return { grammar: await llama.getGrammarFor('json') }
  throw new Refusal(400, 'invalid format: expected "json" or a valid JSON Schema object')
}

/** Made by a grammar of JSON: a copy says so to the compiler. */
function jsonObject(value: unknown): JsonObject {
  const copy: JsonValue = JSON.parse(JSON.stringify(value))
  return objectOf(copy)
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6)
}
