import { describe, expect, it } from 'vitest'
import type { Cause, Failure } from '../ir/failure.ts'
import type { Target } from './target.ts'
import { judge, type Policy, type Verdict } from './verdict.ts'

const nowMs = 1_000_000
const hour = 3_600_000
const policy: Policy = { quotaStatusCodes: [429, 402, 529], waitMaxMs: 2000, localMs: 600_000 }
const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const cloud: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const local: Target = { ...cloud, name: 'local/m', kind: 'local' }

interface Case {
  cause: Cause
  status?: number
  retries?: number
  waitedMs?: number
  codes?: number[]
  target?: Target
  isFallback?: boolean
  leftMs?: number
}

function failureOf({ cause, status }: Case): Failure {
  return { ...cause, message: 'As the provider said.', ...(status !== undefined && { status }) }
}

/** The next target, and the limit remembered as the provider stated it. */
function resting(input: Case): unknown {
  return { action: 'next', remember: failureOf(input) }
}

function judged(input: Case): Verdict {
  const { retries = 0, waitedMs = 0, codes, target = cloud, isFallback = false, leftMs = hour } = input
  const failure = failureOf(input)
  const rules = codes ? { ...policy, quotaStatusCodes: codes } : policy
  return judge(failure, { target, isFallback, retries, waitedMs, leftMs, policy: rules, nowMs })
}

const next: Verdict = { action: 'next' }
const give: Verdict = { action: 'give' }
const retry = (afterMs = 0): Verdict => ({ action: 'retry', afterMs })
const spent = (scope: 'account' | 'model' | 'request', resetsAtMs?: number): Cause => ({
  kind: 'quota-spent',
  what: 'quota',
  scope,
  ...(resetsAtMs !== undefined && { resetsAtMs }),
})
const limited = (scope: 'account' | 'model' | 'request', resetsAtMs?: number): Cause => ({
  kind: 'rate-limited',
  scope,
  ...(resetsAtMs !== undefined && { resetsAtMs }),
})
const broken = (problem: 'refused' | 'dns' | 'tls' | 'reset' | 'unreachable', requestSent: boolean): Cause => ({
  kind: 'network',
  problem,
  requestSent,
})

describe('a second provider, there to answer in the place of the first', () => {
  it.each<[string, Case]>([
    ['a bad key', { cause: { kind: 'bad-key' }, status: 401 }],
    ['a request that it does not take', { cause: { kind: 'bad-request' }, status: 400 }],
    ['an unknown model', { cause: { kind: 'unknown-model' }, status: 404 }],
  ])('gives way to the next one on %s', (_name, failure) => {
    expect(judged({ ...failure, isFallback: true })).toEqual(next)
    expect(judged(failure)).toEqual(give)
  })
})

describe('a spent quota or credit', () => {
  it.each<[string, Case, Verdict | 'rest']>([
    ['rests until the stated reset', { cause: spent('account', nowMs + 5 * hour), status: 429 }, 'rest'],
    ['has no artificial cap', { cause: spent('account', nowMs + 720 * hour), status: 429 }, 'rest'],
    ['rests without a stated reset too', { cause: spent('account'), status: 402 }, 'rest'],
    ['of one model concerns that model', { cause: spent('model', nowMs + hour), status: 429 }, 'rest'],
    ['is recognised under any status', { cause: spent('account', nowMs + hour), status: 400 }, 'rest'],
    ['needs no listed status', { cause: spent('account', nowMs + hour), status: 429, codes: [] }, 'rest'],
    ['inside a stream counts the same', { cause: spent('account', nowMs + hour) }, 'rest'],
    ['is not waited for, however short', { cause: spent('account', nowMs + 100), status: 429 }, 'rest'],
  ])('%s', (_what, input, verdict) => {
    expect(judged(input)).toEqual(verdict === 'rest' ? resting(input) : verdict)
  })
})

describe('a rate limit', () => {
  it.each<[string, Case, Verdict | 'rest']>([
    ['that clears within WAIT_MAX is waited out', { cause: limited('model', nowMs + 1500), status: 429 }, retry(1500)],
    ['of exactly WAIT_MAX is waited out', { cause: limited('model', nowMs + 2000), status: 429 }, retry(2000)],
    ['that has cleared already is asked again at once', { cause: limited('model', nowMs - 50), status: 429 }, retry(0)],
    [
      'is not waited for when no time would be left for an answer',
      { cause: limited('model', nowMs + 1500), status: 429, leftMs: 1500 },
      'rest',
    ],
    ['is waited out only once', { cause: limited('model', nowMs + 1500), status: 429, retries: 1 }, 'rest'],
    ['of longer goes on, and the model rests', { cause: limited('model', nowMs + 2001), status: 429 }, 'rest'],
    ['that names no time goes on', { cause: limited('model'), status: 429 }, 'rest'],
    ['of a request too big for it concerns no other', { cause: limited('request'), status: 429 }, next],
    ['inside a stream counts the same', { cause: limited('model', nowMs + hour) }, 'rest'],
  ])('%s', (_what, input, verdict) => {
    expect(judged(input)).toEqual(verdict === 'rest' ? resting(input) : verdict)
  })

  it('never waits where WAIT_MAX is 0', () => {
    const failure: Failure = {
      kind: 'rate-limited',
      scope: 'model',
      resetsAtMs: nowMs + 1,
      message: 'Slow.',
      status: 429,
    }
    const rules = { ...policy, waitMaxMs: 0 }
    const times = { waitedMs: 0, leftMs: hour, nowMs }
    const verdict = judge(failure, { target: cloud, isFallback: false, retries: 0, policy: rules, ...times })
    expect(verdict).toEqual({ action: 'next', remember: failure })
  })
})

describe('an overload', () => {
  it.each([529, 503, undefined])('with status %s goes to the next target at once', (status) => {
    expect(judged({ cause: { kind: 'overloaded' }, ...(status !== undefined && { status }) })).toEqual(next)
  })
})

describe('any other status', () => {
  it.each<[string, Case, Verdict | 'rest']>([
    ['that is listed goes on', { cause: { kind: 'bad-request' }, status: 422, codes: [422] }, next],
    ['of 404 that is listed goes on', { cause: { kind: 'unknown-model' }, status: 404, codes: [404] }, next],
    [
      'of 5xx that is listed is retried once first',
      { cause: { kind: 'server-error' }, status: 500, codes: [500] },
      retry(),
    ],
    [
      'of 5xx that is listed goes on after that',
      { cause: { kind: 'server-error' }, status: 500, codes: [500], retries: 1 },
      next,
    ],
    ['of 500 reaches the client untouched', { cause: { kind: 'server-error' }, status: 500 }, give],
    ['of 503 without an overload reaches the client', { cause: { kind: 'server-error' }, status: 503 }, give],
    ['of 400 reaches the client untouched', { cause: { kind: 'bad-request' }, status: 400 }, give],
    ['of a request too long reaches the client', { cause: { kind: 'too-long' }, status: 400 }, give],
    ['of an unknown model reaches the client', { cause: { kind: 'unknown-model' }, status: 404 }, give],
    ['of refused content reaches the client', { cause: { kind: 'content-refused' }, status: 400 }, give],
  ])('%s', (_what, input, verdict) => {
    expect(judged(input)).toEqual(verdict === 'rest' ? resting(input) : verdict)
  })
})

describe('a bad key', () => {
  it.each<[Cause, number]>([
    [{ kind: 'bad-key' }, 401],
    [{ kind: 'forbidden' }, 403],
  ])('is never masked, not even where its status is listed: %j', (cause, status) => {
    expect(judged({ cause, status })).toEqual(give)
    expect(judged({ cause, status, codes: [401, 403] })).toEqual(give)
  })
})

describe('the network', () => {
  it.each(['refused', 'dns', 'tls', 'unreachable', 'reset'] as const)(
    '%s before anything was sent: one immediate retry',
    (problem) => {
      expect(judged({ cause: broken(problem, false) })).toEqual(retry())
      expect(judged({ cause: broken(problem, false), retries: 1 })).toEqual(next)
    },
  )

  it('reset after the request was sent: never the same target again', () => {
    expect(judged({ cause: broken('reset', true) })).toEqual(next)
  })
})

describe('a silent or broken target', () => {
  it.each<Cause>([
    { kind: 'timeout', phase: 'connect' },
    { kind: 'timeout', phase: 'head' },
    { kind: 'timeout', phase: 'first-content' },
    { kind: 'timeout', phase: 'stall' },
    { kind: 'malformed-answer' },
  ])('is left at once: %j', (cause) => {
    expect(judged({ cause })).toEqual(next)
  })

  it.each([cloud, local])('leaves nobody else any time when the whole exchange has none: $name', (target) => {
    const cause: Cause = { kind: 'timeout', phase: 'exchange' }
    expect(judged({ cause, target })).toEqual(give)
    expect(judged({ cause, target, isFallback: true })).toEqual(give)
  })

  it('that fails inside a stream before its first word is left too', () => {
    expect(judged({ cause: { kind: 'server-error' } })).toEqual(next)
  })
})

describe('a client that left', () => {
  it.each([cloud, local])('is answered by nobody: $name', (target) => {
    expect(judged({ cause: { kind: 'client-gone' }, target })).toEqual({ action: 'stop' })
  })
})

describe('a local target', () => {
  it.each<[string, Case, Verdict | 'rest']>([
    ['that is not running is asked once more', { cause: broken('refused', false) }, retry()],
    ['that is still not running is left', { cause: broken('refused', false), retries: 1 }, next],
    ['that reads its model into memory is waited for', { cause: { kind: 'loading' }, status: 503 }, retry(1000)],
    [
      'is waited for again and again',
      { cause: { kind: 'loading' }, status: 503, retries: 1, waitedMs: 599_999 },
      retry(1000),
    ],
    ['is not waited for without end', { cause: { kind: 'loading' }, status: 503, waitedMs: 600_000 }, next],
    ['that lacks the model is left', { cause: { kind: 'unknown-model' }, status: 404 }, next],
    ['whose window is too small is left', { cause: { kind: 'too-long' }, status: 400 }, next],
    ['that is broken is left', { cause: { kind: 'server-error' }, status: 500 }, next],
    ['that wants another key is left', { cause: { kind: 'bad-key' }, status: 401 }, next],
    ['that refuses the request is left', { cause: { kind: 'bad-request' }, status: 400 }, next],
    ['is never remembered as spent', { cause: limited('account', nowMs + hour), status: 429 }, next],
  ])('%s', (_what, input, verdict) => {
    expect(judged({ ...input, target: local })).toEqual(verdict === 'rest' ? resting(input) : verdict)
  })
})
