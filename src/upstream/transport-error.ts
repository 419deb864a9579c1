/** Errors of undici and of sockets -> the failure catalogue. */
import type { Failure, NetworkProblem } from '../ir/failure.ts'

const problems: Readonly<Record<string, NetworkProblem>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  HOSTNAME_MISMATCH: 'tls',
}

/** Problems that arise before a connection stands, so that no request can have been sent. */
const beforeConnection = new Set<NetworkProblem>(['refused', 'dns', 'unreachable', 'tls'])

/** What was known of the call when it broke. */
export interface CallState {
  /** Something of the answer was already there, if only the beginning of its head. */
  hadAnswer: boolean
  /** Since the call was started. */
  elapsedMs: number
}

export function transportFailure(error: Error, { hadAnswer, elapsedMs }: CallState): Failure {
  const code = codeOf(error)
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return { kind: 'timeout', phase: 'connect', message: 'The connection was not made in time.', code }
  if (isInvalidHttp(error, code)) return { kind: 'malformed-answer', message: 'The answer was no valid HTTP.', code }
  const problem = problems[code] ?? (/^(CERT_|ERR_TLS_|ERR_SSL_)/.test(code) ? 'tls' : 'reset')
  const isStale = elapsedMs < staleWithinMs && wasUsedBefore(error)
  const requestSent = hadAnswer || !(beforeConnection.has(problem) || isStale)
  return { kind: 'network', problem, requestSent, message: messages[problem], code }
}

/** undici gives its parser's errors a name and sometimes no code; a status below 200 that it does not know is a `bad response`. */
function isInvalidHttp(error: Error, code: string): boolean {
  const isParserError = error.name === 'HTTPParserError' || code.startsWith('HPE_') || error.message === 'bad response'
  return isParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
}

const messages: { readonly [P in NetworkProblem]: string } = {
  refused: 'The connection was refused.',
  dns: 'The host name was not found.',
  tls: 'No secure connection could be made.',
  reset: 'The connection broke before the answer was whole.',
  unreachable: 'The network or the host is unreachable.',
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  // Happy eyeballs: one error an address, all of one kind as a rule.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0])
  return error.cause instanceof Error ? codeOf(error.cause) : ''
}

/**
 * A kept-alive connection that the target closed while it lay idle breaks as soon as a request reaches it: the request crossed the
 * closing, and the target has not worked on it. One that breaks later may have been worked on, and is not sent twice.
 */
const staleWithinMs = 500

/** An earlier answer was read from this connection. */
function wasUsedBefore(error: Error): boolean {
  if (!('socket' in error) || typeof error.socket !== 'object' || error.socket === null) return false
  return 'bytesRead' in error.socket && typeof error.socket.bytesRead === 'number' && error.socket.bytesRead > 0
}
