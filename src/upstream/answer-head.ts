/** The head of an answer, and what is gone by in it: looked up once, as several judge by it. */
import { encodingOf } from '../wire/encoding.ts'
import { headerOf, responseHeaders, type HeaderList } from '../wire/headers.ts'

export interface AnswerHead {
  /** When it came, epoch milliseconds. */
  atMs: number
  status: number
  statusMessage: string
  /** As the target wrote them. */
  headers: HeaderList
  /** The same without those that are its connection's. */
  passed: HeaderList
  /** What it calls its body. */
  declared: 'stream' | 'json' | 'page' | 'other'
  /** How its body is compressed (wire/encoding.ts); unset: not at all. */
  encoding: string | undefined
}

export function answerHead(atMs: number, status: number, statusMessage: string, headers: HeaderList): AnswerHead {
  const passed = responseHeaders(headers)
  return { atMs, status, statusMessage, headers, passed, declared: declaredIn(headers), encoding: encodingOf(headers) }
}

/** The same head of a body that came in another form. */
export function changedHead(head: AnswerHead, change: (headers: HeaderList) => HeaderList): AnswerHead {
  const headers = change(head.headers)
  return { ...head, headers, passed: change(head.passed), declared: declaredIn(headers), encoding: encodingOf(headers) }
}

function declaredIn(headers: HeaderList): AnswerHead['declared'] {
  const type = headerOf(headers, 'content-type')?.toLowerCase() ?? ''
  if (type.startsWith('text/event-stream')) return 'stream'
  if (type.includes('json')) return 'json'
  return type.includes('html') ? 'page' : 'other'
}
