/** Plays one act of the simulated provider, in the wire format of the app that asks. */
import type { AnswerIdentity, ClientDialect } from '../dialects/dialect.ts'
import type { StreamEvent, Usage } from '../ir/events.ts'
import { exactText } from '../ir/exact-json.ts'
import type { Failure } from '../ir/failure.ts'
import type { AssistantPart, ChatRequest } from '../ir/request.ts'
import type { ServerResponse } from 'node:http'
import { giveJson, pause, untilGone } from './loopback.ts'
import type { Refusal } from './refusals.ts'
import type { Act, BreakOff, Refuse } from './scenario.ts'
import { noteTool, piecesBeforeTheBreak, piecesOf, providerText } from './script.ts'

/** How fast the provider is: at once in a drill, so that a person can watch it before a live app. */
export interface Pace {
  wordMs: number
  /** How long it thinks before a late first word. */
  lateMs: number
}

export interface Scene {
  dialect: ClientDialect
  request: ChatRequest
  identity: AnswerIdentity
  response: ServerResponse
  pace: Pace
}

const overloaded: Failure = { kind: 'overloaded', message: 'Overloaded' }
const loginPage = '<!doctype html><title>Welcome to the Wi-Fi</title><p>Please log in.</p>'

/** `refuse` says no in the words of this provider. */
export async function play(act: Act, scene: Scene, refuse: (refused: Refuse) => Refusal): Promise<void> {
  const { response } = scene
  switch (act.do) {
    case 'answer':
      return answer(scene, 0)
    case 'answer-late':
      return answer(scene, scene.pace.lateMs)
    case 'refuse': {
      const { status, headers, body } = refuse(act)
      return giveJson(response, status, body, headers)
    }
    case 'reset':
      return void response.socket?.resetAndDestroy()
    case 'say-nothing':
      return untilGone(response)
    case 'error-in-200':
      return sayError(scene)
    case 'web-page':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(loginPage)
    case 'break-off':
      return breakOff(act, scene)
  }
}

async function answer(scene: Scene, lateMs: number): Promise<void> {
  const { request, response, pace } = scene
  if (!request.stream) {
    await pause(lateMs, response)
    return giveJson(response, 200, wholeBody(scene, false))
  }
  const { preamble, content, end } = framesOf(scene, false)
  openStream(scene)
  response.write(preamble)
  await pause(lateMs, response)
  await write(content, scene)
  await pause(pace.wordMs, response)
  response.end(end)
}

function sayError({ dialect, request, response }: Scene): void {
  if (!request.stream) return giveJson(response, 200, exactText(dialect.encodeFailure(overloaded).body))
  response.writeHead(200, { 'content-type': dialect.streamType }).end(dialect.encodeFailureFrame(overloaded))
}

/** What was to come whole is cut in its middle; an error takes its place. */
async function breakOff({ by, tool }: BreakOff, scene: Scene): Promise<void> {
  const { dialect, request, response } = scene
  const calls =
    tool === true && request.tools.some((known) => known.type === 'function' && known.name === noteTool.name)
  if (!request.stream) {
    if (by === 'error') return sayError(scene)
    const body = wholeBody(scene, calls)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(body.slice(0, body.length / 2))
    return stop(by, response)
  }
  const { preamble, content } = framesOf(scene, calls)
  const said = content.slice(0, calls ? Math.ceil(content.length / 2) : piecesBeforeTheBreak)
  openStream(scene)
  response.write(preamble)
  await write(said, scene)
  const next = content[said.length] ?? ''
  if (by === 'half-frame') response.write(next.slice(0, next.length / 2))
  if (by === 'error') response.write(dialect.encodeFailureFrame(overloaded))
  return stop(by, response)
}

async function stop(by: BreakOff['by'], response: ServerResponse): Promise<void> {
  switch (by) {
    case 'stall':
      return untilGone(response)
    case 'cut':
      // No TCP reset: that would make the reader's kernel throw away what it has not read yet.
      response.socket?.destroySoon()
      return
    case 'half-frame':
    case 'error':
      return void response.end()
  }
}

function openStream({ dialect, response }: Scene): void {
  response.writeHead(200, { 'content-type': dialect.streamType, 'cache-control': 'no-cache' })
}

async function write(frames: readonly string[], { response, pace }: Scene): Promise<void> {
  for (const frame of frames) {
    await pause(pace.wordMs, response)
    response.write(frame)
  }
}

interface Frames {
  preamble: string
  /** One a word, or a piece of a call's arguments. */
  content: string[]
  end: string
}

function framesOf({ dialect, identity, request }: Scene, calls: boolean): Frames {
  const encode = dialect.createEncoder(identity, request)
  const frames: Frames = { preamble: '', content: [], end: '' }
  for (const event of calls ? callEvents(identity) : textEvents(identity)) {
    const frame = encode(event)
    if (event.type === 'text-delta' || event.type === 'tool-call-delta') frames.content.push(frame)
    else if (frames.content.length === 0) frames.preamble += frame
    else frames.end += frame
  }
  return frames
}

const usage: Usage = { inputTokens: 20, outputTokens: piecesOf(providerText).length }

function textEvents({ id, model }: AnswerIdentity): StreamEvent[] {
  return [
    { type: 'start', id, model, usage: { inputTokens: 20 } },
    { type: 'text-start', index: 0 },
    ...piecesOf(providerText).map((text): StreamEvent => ({ type: 'text-delta', index: 0, text })),
    { type: 'text-end', index: 0 },
    { type: 'finish', reason: 'stop', usage },
  ]
}

const call = { id: 'call_drill1', name: noteTool.name }

function callEvents({ id, model }: AnswerIdentity): StreamEvent[] {
  return [
    { type: 'start', id, model, usage: { inputTokens: 20 } },
    { type: 'tool-call-start', index: 0, ...call },
    ...piecesOf(JSON.stringify(noteTool.input)).map((json): StreamEvent => ({
      type: 'tool-call-delta',
      index: 0,
      json,
    })),
    { type: 'tool-call-end', index: 0 },
    { type: 'finish', reason: 'tool-calls', usage },
  ]
}

function wholeBody({ dialect, identity, request }: Scene, calls: boolean): string {
  const content: AssistantPart[] = calls
    ? [{ type: 'tool-call', ...call, input: JSON.stringify(noteTool.input) }]
    : [{ type: 'text', text: providerText }]
  const reason = calls ? 'tool-calls' : 'stop'
  const response = { id: identity.id, model: identity.model, content, reason, usage } as const
  return exactText(dialect.encodeResponse(response, identity, request))
}
