/** Reads an answer as an app would: what it says, and whether it came to its end. */
import { targetDialects } from '../dialects/registry.ts'
import type { AnswerPart } from '../ir/answer.ts'
import { createGatherer } from '../ir/gathered.ts'
import { arrayOf, objectOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { DialectName } from '../ir/request.ts'
import { createSseDecoder } from '../wire/sse.ts'

export type AppDialect = Exclude<DialectName, 'ollama'>

export interface ReadAnswer {
  /** `error`: the answer itself says that it failed; `cut`: it stops without a word. */
  end: 'whole' | 'error' | 'cut'
  text: string
  calls: { name: string; input: string }[]
  /** What the error says. */
  problem?: string
}

/** As far as it came. */
export function readStream(dialect: AppDialect, body: string): ReadAnswer {
  const gatherer = createGatherer()
  let end: ReadAnswer['end'] = 'cut'
  let problem: string | undefined
  const decoder = targetDialects[dialect].createDecoder((event) => {
    if (event.type === 'finish') end = 'whole'
    else if (event.type === 'failure') {
      end = 'error'
      problem = event.failure.message
    } else gatherer.take(event)
  }, Date.now())
  // The decoder is not told of the end: only what the stream says itself counts.
  createSseDecoder((frame) => decoder.frame(frame)).feed(Buffer.from(body))
  return { end, ...saidIn(gatherer.gathered.content), ...(problem !== undefined && { problem }) }
}

function saidIn(content: readonly AnswerPart[]): Pick<ReadAnswer, 'text' | 'calls'> {
  return {
    text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls: content.flatMap((part) => (part.type === 'tool-call' ? [{ name: part.name, input: part.input }] : [])),
  }
}

export function readWhole(dialect: AppDialect, body: string): ReadAnswer {
  const answer = objectOf(parseJson(body))
  const error = answer['error']
  if (error) return { end: 'error', text: '', calls: [], problem: problemIn(error) }
  switch (dialect) {
    case 'anthropic':
      return { end: endIf(answer['stop_reason']), ...inMessage(answer) }
    case 'openai-chat':
      return { end: endIf(choiceOf(answer)['finish_reason']), ...inCompletion(answer) }
    case 'openai-responses':
      return { end: endIf(answer['status'] === 'completed'), ...inResponse(answer) }
  }
}

function problemIn(error: JsonValue): string {
  const { message, type } = objectOf(error)
  return stringOf(message) ?? stringOf(type) ?? 'an error'
}

function endIf(said: JsonValue | undefined): 'whole' | 'cut' {
  return said ? 'whole' : 'cut'
}

type Said = Pick<ReadAnswer, 'text' | 'calls'>

function inMessage(answer: JsonObject): Said {
  const blocks = arrayOf(answer['content']).map(objectOf)
  return {
    text: textIn(blocks),
    calls: blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ name, input }) => ({ name: stringOf(name) ?? '', input: JSON.stringify(input) })),
  }
}

function choiceOf(answer: JsonObject): JsonObject {
  return objectOf(arrayOf(answer['choices'])[0])
}

function inCompletion(answer: JsonObject): Said {
  const message = objectOf(choiceOf(answer)['message'])
  const calls = arrayOf(message['tool_calls']).map((call) => objectOf(objectOf(call)['function']))
  return { text: stringOf(message['content']) ?? '', calls: calls.map(namedCall) }
}

function inResponse(answer: JsonObject): Said {
  const items = arrayOf(answer['output']).map(objectOf)
  return {
    text: textIn(items.flatMap(({ content }) => arrayOf(content).map(objectOf))),
    calls: items.filter(({ type }) => type === 'function_call').map(namedCall),
  }
}

function namedCall({ name, arguments: input }: JsonObject): { name: string; input: string } {
  return { name: stringOf(name) ?? '', input: stringOf(input) ?? '' }
}

function textIn(parts: readonly JsonObject[]): string {
  return parts.map(({ text }) => stringOf(text) ?? '').join('')
}
