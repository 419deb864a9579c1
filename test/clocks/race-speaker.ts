/** One call of a race, and the target that it came to: it says an answer step by step, in its own dialect, as far as it is let. */
import { isObject, parseJson, type JsonObject } from '../../src/ir/json.ts'
import type { DialectName } from '../../src/ir/request.ts'
import { createAnswer, type Answer } from '../fakes/answer.ts'
import type { Content } from '../fakes/control.ts'
import { line } from '../fakes/ollama-chat.ts'
import { anthropicErrorFrame, anthropicMessage, anthropicStream } from '../fakes/provider-anthropic.ts'
import { chatCompletion, chatErrorFrame, chatStream } from '../fakes/provider-chat.ts'
import { responsesBody, responsesErrorFrame, responsesStream } from '../fakes/provider-responses.ts'
import type { FakeCall } from './stage.ts'

/** What an answer is made of. */
export const shapes = ['words', 'thoughts and words', 'words and a call', 'a call', 'thoughts and a call'] as const
export type Shape = (typeof shapes)[number]

/** Faults of a target before its answer, and in the middle of it. */
export const faults = [
  'refuses for a moment',
  'refuses for long',
  'refuses for good',
  'breaks',
  'says an error',
  'stops short',
  'is cut in a frame',
] as const
export type Fault = (typeof faults)[number]

/** The argument of every tool that is called; whose call it was can be read in it. */
export const toolName = 'look_up'

export class Speaker {
  readonly target: string
  readonly call: FakeCall
  /** Before each of its words. */
  readonly mark: string
  readonly #dialect: DialectName
  readonly #frames: string[]
  readonly #type: string
  readonly #sign: string
  #stage: 'asked' | 'connected' | 'speaking' | 'over' = 'asked'
  #said = 0
  /** It came to a good end while somebody still listened. */
  isHeardOut = false

  constructor(target: { name: string; dialect: DialectName }, call: FakeCall, mark: string, shape: Shape) {
    this.target = target.name
    this.call = call
    this.mark = mark
    this.#dialect = target.dialect
    const asked = parseJson(call.body)
    const isStream = isObject(asked) && asked['stream'] === true
    const answer = createAnswer(contentOf(mark, shape), 'a-model', call.body, Number(mark.replace(/\D/g, '')))
    this.#frames = isStream ? streamOf(target.dialect, answer) : [JSON.stringify(wholeOf(target.dialect, answer))]
    this.#type = isStream ? streamTypes[target.dialect] : 'application/json'
    this.#sign = isStream ? signs[target.dialect] : '\n'
  }

  get isOver(): boolean {
    return this.#stage === 'over' || this.call.isAborted
  }

  /** Something of its answer was sent. */
  get hasSpoken(): boolean {
    return this.#said > 0
  }

  /** A connection, a head, each frame, the end. */
  step(): void {
    if (this.isOver) return
    if (this.#stage === 'asked') this.#connect()
    else if (this.#stage === 'connected') this.#open()
    else this.#say()
  }

  toItsEnd(): void {
    while (!this.isOver) this.step()
  }

  /** Nothing of an answer: that it is still there. */
  ping(): void {
    if (this.#stage === 'speaking' && !this.isOver && this.#said < this.#frames.length) this.call.say(this.#sign)
  }

  fail(fault: Fault): void {
    if (this.isOver) return
    if (fault === 'breaks') return this.#break()
    if (this.#stage !== 'speaking') return this.#refuse(fault)
    if (fault === 'says an error') return this.#finishWith(this.#errorFrame())
    const next = this.#frames[this.#said] ?? ''
    if (fault === 'is cut in a frame' && next !== '') this.call.say(next.slice(0, next.length / 2))
    this.#finishWith('')
  }

  /** What it says although nobody listens any more. */
  sayTheRest(): void {
    if (this.#stage !== 'over') for (const frame of this.#frames.slice(this.#said)) this.call.say(frame)
  }

  #errorFrame(): string {
    const numbered = `"sequence_number":${this.#said}}`
    return errorFrames[this.#dialect].replace(/"sequence_number":\d+\}/, numbered)
  }

  #connect(): void {
    this.#stage = 'connected'
    this.call.connect()
  }

  #open(): void {
    this.#stage = 'speaking'
    this.call.head({ 'content-type': this.#type })
  }

  #say(): void {
    const frame = this.#frames[this.#said]
    if (frame !== undefined) {
      this.#said += 1
      this.call.say(frame)
    } else {
      this.isHeardOut = true
      this.#finishWith('')
    }
  }

  #finishWith(frame: string): void {
    this.#stage = 'over'
    if (frame !== '') this.call.say(frame)
    if (!this.call.isAborted) this.call.end()
  }

  #break(): void {
    if (this.#stage === 'asked') this.#connect()
    this.#stage = 'over'
    if (!this.call.isAborted) this.call.break()
  }

  #refuse(fault: Fault): void {
    if (this.#stage === 'asked') this.#connect()
    if (this.isOver) return
    const { status, ...headers } = refusals[fault] ?? { status: '500' }
    this.call.head({ 'content-type': 'application/json', ...headers }, Number(status))
    const error = { type: 'some_error', code: 'some_error', message: 'No.' }
    const body = this.#dialect === 'ollama' ? { error: 'No.' } : { type: 'error', error }
    this.#finishWith(JSON.stringify(body))
  }
}

const refusals: Partial<Record<Fault, { status: string; 'retry-after'?: string }>> = {
  'refuses for a moment': { status: '429', 'retry-after': '2' },
  'refuses for long': { status: '429', 'retry-after': '7200' },
  'refuses for good': { status: '401' },
}

const streamTypes: Record<DialectName, string> = {
  anthropic: 'text/event-stream',
  'openai-chat': 'text/event-stream',
  'openai-responses': 'text/event-stream',
  ollama: 'application/x-ndjson',
}

const signs: Record<DialectName, string> = {
  anthropic: 'event: ping\ndata: {"type":"ping"}\n\n',
  'openai-chat': ': alive\n\n',
  'openai-responses': ': alive\n\n',
  ollama: '\n',
}

const errorFrames: Record<DialectName, string> = {
  anthropic: anthropicErrorFrame,
  'openai-chat': chatErrorFrame,
  'openai-responses': responsesErrorFrame,
  ollama: line({ error: 'the model has stopped' }),
}

function contentOf(mark: string, shape: Shape): Content {
  const words = (of: string): string => [0, 1, 2].map((at) => `${mark}${of}${at}`).join(' ')
  return {
    text: shape.includes('words') ? words('w') : '',
    ...(shape.includes('thoughts') && { thinking: words('t') }),
    ...(shape.includes('call') && { toolCalls: [{ id: `call_${mark}`, name: toolName, input: { of: mark } }] }),
  }
}

const echo = { instructions: null, previousResponseId: null, store: false, seal: () => 'sealed' }

function streamOf(dialect: DialectName, answer: Answer): string[] {
  switch (dialect) {
    case 'anthropic':
      return [...anthropicStream(answer, () => 'EqQBCgIYAhIM')].map(({ wire }) => wire)
    case 'openai-chat':
      return [...chatStream(answer, false)].map(({ wire }) => wire)
    case 'openai-responses':
      return [...responsesStream(answer, echo)].map(({ wire }) => wire)
    case 'ollama':
      return ollamaLines(answer)
  }
}

/** The whole answer, as one document. */
export function wholeOf(dialect: DialectName, answer: Answer): JsonObject {
  switch (dialect) {
    case 'anthropic':
      return anthropicMessage(answer, () => 'EqQBCgIYAhIM')
    case 'openai-chat':
      return chatCompletion(answer)
    case 'openai-responses':
      return responsesBody(answer, echo)
    case 'ollama':
      throw new Error('Its answer is asked for as a stream.')
  }
}

function ollamaLines({ thinking = '', text, calls }: Answer): string[] {
  const messages: JsonObject[] = [
    ...pieces(thinking).map((piece) => ({ content: '', thinking: piece })),
    ...pieces(text).map((content) => ({ content })),
    ...calls.map(({ id, name, input }) => ({
      content: '',
      tool_calls: [{ id, function: { name, arguments: input } }],
    })),
  ]
  const of = { model: 'qwen2.5:3b', created_at: '2026-11-22T10:00:00Z' }
  const last = { done_reason: 'stop', prompt_eval_count: 5, eval_count: 3 }
  const lines = messages.map((message) => line({ ...of, message: { role: 'assistant', ...message }, done: false }))
  return [...lines, line({ ...of, message: { role: 'assistant', content: '' }, done: true, ...last })]
}

function pieces(text: string): string[] {
  return text.match(/\S+\s*/g) ?? []
}
