/** What becomes of a relayed answer that was read whole, before the client sees any of it. */
import type { Clock } from '../../clock.ts'
import type { ClientDialectName } from '../../dialects/dialect.ts'
import { clientDialects, targetDialects } from '../../dialects/registry.ts'
import { unrolls } from '../../dialects/unroll.ts'
import { parseExact } from '../../ir/exact-json.ts'
import type { Failure } from '../../ir/failure.ts'
import { isObject, parseJson } from '../../ir/json.ts'
import type { AnswerHead } from '../../upstream/answer-head.ts'
import { headerMap, withoutFields, withoutLength, type HeaderList } from '../../wire/headers.ts'
import { findAnswerFault, findBodyFault, mended, withinAnswer } from './inspect.ts'
import type { WholeBody } from './whole-body.ts'

export type Judged =
  /** The client's, in these pieces. */
  | { is: 'good'; headers: HeaderList; pieces: readonly (Buffer | string)[] }
  /** `isSaid`: it is an error in the target's own words. Anything else would be no answer to the client either. */
  | { is: 'bad'; failure: Failure; isSaid: boolean }

/** What the client waits for; `facts` are no conversation, and may come in any form. */
export type Awaited = 'stream' | 'answer' | 'facts'

export function judgeWhole(
  head: AnswerHead,
  body: WholeBody,
  dialect: ClientDialectName,
  awaited: Awaited,
  clock: Clock,
): Judged {
  const fault = awaited === 'facts' ? findBodyFault(head, body) : findAnswerFault(head, body)
  switch (fault.kind) {
    case 'none':
      return awaited === 'stream' ? asStream(head, body, dialect) : asItIs(head, body)
    case 'no-answer':
      return { is: 'bad', failure: noAnswer(head), isSaid: false }
    case 'cut':
      return { is: 'bad', failure: bodyCut, isSaid: false }
    case 'web-page':
      return { is: 'bad', failure: webPage, isSaid: false }
    case 'error':
      // An error inside a 200 has no status of its own, and clients do not see it where they asked for a stream.
      return {
        is: 'bad',
        isSaid: head.status >= 400 || awaited !== 'stream',
        failure:
          head.status < 400
            ? decodeWithin(dialect, head.headers, fault.text, clock.now())
            : decode(dialect, head.status, head.headers, fault.text, clock.now()),
      }
  }
}

/** An error inside an answer with status 200. */
export function decodeWithin(dialect: ClientDialectName, headers: HeaderList, text: string, nowMs: number): Failure {
  return withinAnswer(decode(dialect, undefined, headers, text, nowMs))
}

function decode(
  dialect: ClientDialectName,
  status: number | undefined,
  headers: HeaderList,
  text: string,
  nowMs: number,
): Failure {
  const said = { status, headers: headerMap(headers), body: parseJson(text), text, nowMs }
  return targetDialects[dialect].decodeFailure(said)
}

/** A body where a stream was asked for: clients hear nothing in it, or loop (real-clients.md 5). */
function asStream(head: AnswerHead, body: WholeBody, dialect: ClientDialectName): Judged {
  const answer = parseExact(body.text())
  const stream = isObject(answer) ? unrolls[dialect](answer) : undefined
  if (stream === undefined) return { is: 'bad', failure: noStream, isSaid: false }
  const headers = withoutFields(head.passed, ['content-length', 'content-type'])
  return { is: 'good', headers: [...headers, 'content-type', clientDialects[dialect].streamType], pieces: [stream] }
}

function asItIs(head: AnswerHead, body: WholeBody): Judged {
  const sound = mended(head, body)
  const headers = head.passed
  return { is: 'good', headers: sound === body.chunks ? headers : withoutLength(headers), pieces: sound }
}

function noAnswer({ status }: AnswerHead): Failure {
  const isElsewhere = status >= 300 && status < 400
  const message = isElsewhere
    ? `The target sends its clients elsewhere (status ${status}); its URL has to name that place.`
    : `What came is no answer of a model (status ${status}).`
  return { kind: 'malformed-answer', message }
}

const bodyCut: Failure = { kind: 'malformed-answer', message: 'The answer ended in the middle.' }
const noStream: Failure = {
  kind: 'malformed-answer',
  message: 'Something else came where a stream was asked for.',
}
const webPage: Failure = {
  kind: 'malformed-answer',
  message: 'A web page came instead of an answer, as from the log-in of a public network.',
}
