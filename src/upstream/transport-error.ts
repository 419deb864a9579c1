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

/** `hadAnswer`: the head of the answer was already there. */
export function transportFailure(error: Error, hadAnswer: boolean): Failure {
  const code = codeOf(error)
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return { kind: 'timeout', phase: 'connect', message: 'The connection was not made in time.', code }
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return { kind: 'malformed-answer', message: 'The answer was no valid HTTP.', code }
  }
  const problem = problems[code] ?? (/^(CERT_|ERR_TLS_|ERR_SSL_)/.test(code) ? 'tls' : 'reset')
  const requestSent = hadAnswer || !(beforeConnection.has(problem) || wasStale(error))
  return { kind: 'network', problem, requestSent, message: messages[problem], code }
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
 * A kept-alive connection that the target closed while it lay idle: an earlier answer was read from it, of this one not a byte.
 * The request crossed the closing, so the target has not worked on it.
 */
function wasStale(error: Error): boolean {
  if (!('socket' in error) || typeof error.socket !== 'object' || error.socket === null) return false
  return 'bytesRead' in error.socket && typeof error.socket.bytesRead === 'number' && error.socket.bytesRead > 0
}
