/** Signs of life for a client whose stream has to wait: its answer begins before anybody has answered. */
import type { Clock } from '../clock.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Failure } from '../ir/failure.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { Reply } from './reply.ts'

/** A client bears this long without a word; the head then sent can say nothing of the answer any more. */
export const keepAliveMs = 2000

/** Ends early when the client leaves; `onLong` is called as often as a sign of life is due. */
export async function pause(clock: Clock, reply: Reply, ms: number, onLong: () => void): Promise<void> {
  for (let leftMs = ms; leftMs > 0 && !reply.isGone; leftMs -= keepAliveMs) {
    await sleep(clock, reply, Math.min(leftMs, keepAliveMs))
    if (leftMs > keepAliveMs && !reply.isGone) onLong()
  }
}

function sleep(clock: Clock, reply: Reply, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve)
    reply.onGone(() => {
      cancel()
      resolve()
    })
  })
}

/** Nothing that any client of the dialect would take for content (real-clients.md 3 and 4, providers.md 3.1 and 3.3); Ollama's lines have no such thing. */
const signs: { readonly [D in ClientDialectName]: string | undefined } = {
  anthropic: 'event: ping\ndata: {"type": "ping"}\n\n',
  'openai-chat': ': waiting\n\n',
  'openai-responses': ': waiting\n\n',
  ollama: undefined,
}

/** What headers would say, for a stream whose head is sent; empty where the wire has no comments. */
export function commentOf(dialect: ClientDialectName, headers: HeaderList): string {
  if (signs[dialect] === undefined) return ''
  const lines: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`: ${headers[at]}: ${headers[at + 1]}\n`)
  return lines.length === 0 ? '' : `${lines.join('')}\n`
}

/** A reply whose head was sent early. */
export interface EarlyReply extends Reply {
  keepAlive(): void
  /** Ends the stream with a failure, as its head can no longer say one. */
  fail(failure: Failure): void
}

/** `undefined` where the wire has no sign of life. */
export function openEarly(reply: Reply, dialect: ClientDialectName): EarlyReply | undefined {
  if (signs[dialect] !== undefined)
    reply.head(200, 'OK', ['content-type', clientDialects[dialect].streamType, 'cache-control', 'no-cache'])
  return afterHead(reply, dialect)
}

/** The same where a target's head was sent, and nothing of its answer. */
export function afterHead(reply: Reply, dialect: ClientDialectName): EarlyReply | undefined {
  const sign = signs[dialect]
  if (sign === undefined) return undefined
  const { encodeFailureFrame } = clientDialects[dialect]
  let isStream = true

  const fail = (failure: Failure): void => reply.end(encodeFailureFrame(failure))

  return {
    get isGone() {
      return reply.isGone
    },
    onGone: (callback) => reply.onGone(callback),
    // What is no stream cannot be written into one.
    head: (_status, _statusMessage, headers) => {
      isStream = valueOf(headers, 'content-type').startsWith('text/event-stream')
      const told = ownHeaders(headers)
      if (isStream && told.length > 0) reply.write(commentOf(dialect, told))
    },
    flushHead: () => {},
    write: (chunk) => !isStream || reply.write(chunk),
    onDrain: (callback) => reply.onDrain(callback),
    end: (chunk) => (isStream ? reply.end(chunk) : fail(noStream)),
    abort: () => reply.abort(),
    keepAlive: () => void reply.write(sign),
    fail,
  }
}

const noStream: Failure = { kind: 'malformed-answer', message: 'The answer was no stream, though one was asked for.' }

function ownHeaders(headers: HeaderList): HeaderList {
  return headers.filter((_, at) => (headers[at - (at % 2)] ?? '').toLowerCase().startsWith('x-trooper-'))
}

function valueOf(headers: HeaderList, name: string): string {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at === -1 ? '' : (headers[at + 1] ?? '')
}
