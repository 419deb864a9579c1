/** Plays one ordered behaviour: a good answer, a failure of the catalogue, or a fault of the transport. */

import type { JsonObject } from '../../src/ir/json.ts'
import type { Answer, Frame } from './answer.ts'
import type { Overrides, ProviderBehaviour, ProviderSettings } from './control.ts'
import type { Conversation } from './conversation.ts'
import { damageJson, damageStream, type Damage, type Order } from './damage.ts'
import type { Exchange } from './exchange.ts'
import { type FailureLiteral, failures } from './failures.ts'

export interface Play {
  conversation: Conversation
  said: Answer
  body: JsonObject
  settings: ProviderSettings
}

/** The part of a behaviour that says when something happens. */
interface Script {
  mode: string
  chunks?: number | undefined
  holdAfter?: number | undefined
  frame?: string | undefined
  body?: string | undefined
}

/** How a stream ends. */
type End = 'whole' | 'reset' | 'short' | 'error' | 'silence'

const json = { 'content-type': 'application/json' }

export async function perform(behaviour: ProviderBehaviour, exchange: Exchange, play: Play | undefined): Promise<void> {
  switch (behaviour.mode) {
    case 'reset':
      return exchange.reset()
    case 'hang':
      return exchange.hang()
    case 'ok':
    case 'refusal':
      return play && sayWhole(behaviour, exchange, play)
    case 'json-instead-of-stream':
      return play && sendJson(exchange, play)
    case 'error-in-200-json':
      return play && exchange.send(200, json, behaviour.body ?? play.conversation.errorBody)
    case 'error-first':
    case 'error-midstream':
      return play && breakOff('error', behaviour, exchange, play)
    case 'reset-midstream':
      return play && breakOff('reset', behaviour, exchange, play)
    case 'hang-midstream':
      return play && breakOff('silence', behaviour, exchange, play)
    case 'end-midstream':
      return play && breakOff('short', behaviour, exchange, play)
    case 'frame-between':
    case 'frame-after-finish':
    case 'frame-torn':
    case 'last-frame-missing':
    case 'length-too-long':
    case 'length-too-short':
    case 'gzip-cut':
    case 'invalid-utf8':
      return play && sendDamaged(behaviour, exchange, play)
    default:
      return fail(failures[behaviour.mode], behaviour, exchange)
  }
}

/** Answers with a failure of the catalogue, changed as the test asks. */
async function fail(literal: FailureLiteral, changes: Overrides, exchange: Exchange): Promise<void> {
  const headers = new Map(Object.entries(literal.headers))
  if (changes.retryAfter !== undefined) headers.set('retry-after', changes.retryAfter)
  for (const [name, value] of Object.entries(changes.headers ?? {})) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  await exchange.send(changes.status ?? literal.status, Object.fromEntries(headers), changes.body ?? literal.body)
}

async function sayWhole(behaviour: Script, exchange: Exchange, play: Play): Promise<void> {
  if (play.body['stream'] === true) return streamUntil('whole', behaviour, exchange, play)
  await exchange.pauseAt(0, behaviour.holdAfter)
  return sendJson(exchange, play)
}

async function sendJson(exchange: Exchange, play: Play): Promise<void> {
  const body = JSON.stringify(play.conversation.whole(play.said, play.body))
  await exchange.send(200, { ...json, ...play.conversation.okHeaders(play.said) }, body, play.settings.compress)
}

/** The right answer, but the bytes of it are not as they should be. */
async function sendDamaged(script: Order, exchange: Exchange, { conversation, said, body }: Play): Promise<void> {
  const isStream = body['stream'] === true
  const damage: Damage = isStream
    ? damageStream(script, [...conversation.stream(said, body)], conversation.errorFrame)
    : damageJson(script.mode, JSON.stringify(conversation.whole(said, body)))
  const type = isStream ? 'text/event-stream; charset=utf-8' : 'application/json'
  exchange.head(200, { 'content-type': type, ...conversation.okHeaders(said), ...damage.headers })
  for (const chunk of damage.chunks) await exchange.write(chunk)
  if (damage.isWhole) exchange.end()
  else exchange.endShort()
}

/** For a request that asks for no stream, the same faults strike inside the JSON body. */
async function breakOff(end: End, behaviour: Script, exchange: Exchange, play: Play): Promise<void> {
  if (play.body['stream'] === true) return streamUntil(end, behaviour, exchange, play)
  if (end === 'error') return exchange.send(200, json, behaviour.body ?? play.conversation.errorBody)
  const body = JSON.stringify(play.conversation.whole(play.said, play.body))
  exchange.head(200, { ...json, ...play.conversation.okHeaders(play.said) })
  await exchange.write(body.slice(0, Math.floor(body.length / 2)))
  return finish(end, behaviour, exchange, play)
}

async function streamUntil(end: End, behaviour: Script, exchange: Exchange, play: Play): Promise<void> {
  const { conversation, said, body } = play
  const frames = [...conversation.stream(said, body)]
  if (end !== 'whole') conversation.forget?.(said)
  await exchange.pauseAt(0, behaviour.holdAfter)
  exchange.head(200, { 'content-type': 'text/event-stream; charset=utf-8', ...conversation.okHeaders(said) })
  let written = 0
  for (const { wire, content } of end === 'whole' ? frames : cutFrames(end, behaviour, frames)) {
    if (exchange.gone) return
    await exchange.write(wire)
    if (!content) continue
    written += 1
    await exchange.pauseAt(written, behaviour.holdAfter)
  }
  return finish(end, behaviour, exchange, play)
}

/** The frames up to the last content chunk wanted; never the ones that end an answer. */
function cutFrames(end: End, { mode, chunks = 2 }: Script, frames: readonly Frame[]): readonly Frame[] {
  const wanted = mode === 'error-first' ? 0 : chunks
  const places = frames.flatMap((frame, place) => (frame.content ? [place] : []))
  // An error event comes first of all; a cut stream at least has begun.
  if (wanted === 0) return end === 'error' ? [] : frames.slice(0, places[0] ?? 1)
  return frames.slice(0, (places[Math.min(wanted, places.length) - 1] ?? 0) + 1)
}

async function finish(end: End, behaviour: Script, exchange: Exchange, play: Play): Promise<void> {
  switch (end) {
    case 'whole':
      return exchange.end()
    case 'short':
      return exchange.endShort()
    case 'silence':
      return exchange.hang()
    case 'reset':
      return exchange.reset()
    case 'error':
      await exchange.write(behaviour.frame ?? play.conversation.errorFrame)
      return exchange.endShort()
  }
}
