/** Endpoints that are no conversation (files, embeddings, models, …): streamed through in both directions, never answered by another target. */
import type { IncomingMessage } from 'node:http'
import { describeFailure, type Failure } from '../ir/failure.ts'
import { pathAt, type Target } from '../routing/target.ts'
import { startAttempt, type Attempt } from '../upstream/attempt.ts'
import { requestHeaders, unreadRequestHeaders } from '../wire/headers.ts'
import { boundHeaders } from './errors.ts'
import { misdirected } from './misdirected.ts'
import type { Services } from './outcome.ts'
import { follow, type Reply } from './reply/reply.ts'

/** The endpoint and its query as the client wrote them, after the version prefix. */
export interface Passed {
  method: string
  path: string
  query: string
  /** Where it was read before it is passed on; the request itself is streamed otherwise. */
  body?: Buffer
  /** What it is answered is read on its way. */
  isRead?: true
}

export function passThrough(
  services: Services,
  request: IncomingMessage,
  passed: Passed,
  target: Target,
  reply: Reply,
): void {
  const { method, path, query, body, isRead } = passed
  const refusal = misdirected(services, target, request.rawHeaders, query)
  if (refusal) return giveError(reply, 401, 'authentication_error', refusal.message)
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  const headers = (isRead ? requestHeaders : unreadRequestHeaders)(request.rawHeaders, target.credential)
  const length = body ? String(body.length) : request.headers['content-length']
  if (length !== undefined) headers.push('content-length', length)
  const call = {
    origin: target.url.origin,
    method,
    path: pathAt(target, path, query),
    headers,
    body: body ?? (hasBody ? request : null),
  }
  // A file may take longer than any answer, and nobody else could send it.
  const endless = { mayThink: () => false, deadlineMs: Number.POSITIVE_INFINITY, race: undefined }
  const patience = { ...services.times.limitsOf(target, 'passed'), ...endless }
  let isOpen = false
  let lastWordAtMs = 0
  const attempt: Attempt = startAttempt(services.pools, services.clock, patience, call, {
    head: (head) => {
      isOpen = true
      const headers = head.passed
      reply.head(head.status, head.statusMessage, head.status < 400 ? headers : boundHeaders(headers, false))
      reply.flushHead()
    },
    data: (chunk, atMs) => {
      lastWordAtMs = atMs
      if (!reply.write(chunk)) attempt.pause()
      return true
    },
    isThinking: () => false,
    lastWordAtMs: () => lastWordAtMs,
    end: () => reply.end(),
    failure: (failure) => {
      if (isOpen) reply.abort()
      else giveFailure(services, failure, target, reply)
    },
    fault: () => reply.abort(),
  })
  follow(reply, attempt, () => {})
}

function giveFailure(services: Services, failure: Failure, target: Target, reply: Reply): void {
  const sentence = `Trooper could not reach ${target.name}: ${describeFailure(failure)}.`
  services.log.warn(`⚠️ ${sentence}`, { target: target.name, reason: failure.kind })
  giveError(reply, 502, 'api_error', sentence)
}

/** In a shape that clients of every dialect read. */
function giveError(reply: Reply, status: number, type: string, message: string): void {
  const text = JSON.stringify({ type: 'error', error: { type, message, code: null, param: null } })
  reply.head(status, '', ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(text))])
  reply.end(text)
}
