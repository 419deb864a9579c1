import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../ir/failure.ts'
import type { JsonValue } from '../ir/json.ts'
import { judgeByTable, limited, statedReset } from './failure-table.ts'
import type { FailureRow } from './failure-table.ts'
import { targetDialects } from './registry.ts'

const nowMs = Date.UTC(2026, 2, 15, 12, 0, 0)

function judge(status: number | undefined, body: JsonValue | undefined, rows: FailureRow[] = [], text = '') {
  return judgeByTable({ status, headers: {}, body, text, nowMs }, { rows, resetsAtMs: statedReset })
}

describe('a status without a row', () => {
  it.each([
    [400, 'bad-request'],
    [401, 'bad-key'],
    [402, 'quota-spent'],
    [403, 'forbidden'],
    [404, 'bad-request'],
    [405, 'bad-request'],
    [408, 'server-error'],
    [413, 'too-long'],
    [418, 'bad-request'],
    [422, 'bad-request'],
    [429, 'rate-limited'],
    [499, 'server-error'],
    [500, 'server-error'],
    [502, 'server-error'],
    [503, 'server-error'],
    [504, 'server-error'],
    [524, 'server-error'],
    [529, 'overloaded'],
    [undefined, 'server-error'],
  ])('%s means %s', (status, kind) => {
    expect(judge(status, undefined).kind).toBe(kind)
  })

  it.each([
    'Engine Overloaded',
    'Slow down',
    'This model is currently experiencing high demand.',
    'We are at capacity',
  ])('503 with %j means overloaded', (message) => {
    expect(judge(503, { error: { message } }).kind).toBe('overloaded')
  })

  it.each(['model `x` not found', 'The model "x" does not exist', 'Model x: not found here'])(
    '404 with %j means an unknown model',
    (message) => {
      expect(judge(404, { error: { message } }).kind).toBe('unknown-model')
    },
  )
})

describe('the window of a limit', () => {
  it.each([
    ['You will regain access on 2026-04-01 at 00:00 UTC.', 'month'],
    ['reached its maximum allowed monthly spending limit', 'month'],
    ['on tokens per day (TPD): Limit 100000, Used 97050', 'day'],
    ['Rate limit exceeded: free-models-per-day. ', 'day'],
    ['spend limit reached (daily; resets 2026-08-08 00:00 UTC)', 'day'],
    ['on tokens per min (TPM): Limit 30000', 'minute'],
    ['of 30,000 input tokens per minute.', 'minute'],
    ['Rate limit exceeded', undefined],
  ])('is read from %j', (message, window) => {
    const failure = judge(429, { error: { message } })
    expect('window' in failure ? failure.window : undefined).toBe(window)
  })

  it.each([
    [['GenerateContentInputTokensPerModelPerMinute-FreeTier'], 'minute'],
    [
      ['GenerateContentInputTokensPerModelPerMinute-FreeTier', 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'],
      'day',
    ],
  ])('is the longest of the quotas %j', (quotaIds, window) => {
    const violations = quotaIds.map((quotaId) => ({ quotaId }))
    expect(judge(429, { error: { message: 'Spent.', details: [{ violations }] } })).toMatchObject({ window })
  })
})

describe('a row', () => {
  const rows: FailureRow[] = [
    {
      status: [400],
      word: ['a'],
      message: /^first/,
      when: ({ fields }) => fields['ok'] === true,
      cause: limited('request'),
    },
    { word: ['a'], cause: { kind: 'overloaded', message: 'in better words' } },
    { word: ['a'], cause: { kind: 'forbidden' } },
  ]

  it('matches only when everything it names does', () => {
    expect(judge(400, { code: 'a', message: 'first', ok: true }, rows).kind).toBe('rate-limited')
    expect(judge(401, { code: 'a', message: 'first', ok: true }, rows).kind).toBe('overloaded')
    expect(judge(400, { code: 'a', message: 'then first', ok: true }, rows).kind).toBe('overloaded')
    expect(judge(400, { code: 'a', message: 'first', ok: false }, rows).kind).toBe('overloaded')
    expect(judge(400, { code: 'b', message: 'first', ok: true }, rows).kind).toBe('bad-request')
  })

  it('counts before the rows after it, and may put the failure in better words', () => {
    expect(judge(500, { code: 'a', message: 'raw' }, rows)).toEqual({
      kind: 'overloaded',
      message: 'in better words',
      code: 'a',
      status: 500,
    })
  })

  it('of a status does not match an error that has none', () => {
    expect(judge(undefined, { message: 'x' }, [{ status: [400], cause: limited('model') }]).kind).toBe('server-error')
  })
})

describe('the wrapping of an error', () => {
  const error = { message: 'Why.', type: 'some_type' }
  const text = JSON.stringify({ error })
  it.each<[string, JsonValue]>([
    ['nothing', error],
    ['error', { error }],
    ['Anthropic', { type: 'error', error, request_id: 'req_…' }],
    ['an array of one', [{ error }]],
    ['a failed response', { type: 'response.failed', response: { status: 'failed', error } }],
    ['a choice', { choices: [{ finish_reason: 'error', error }] }],
    ['detail', { detail: error }],
    ['text in error', { error: text }],
    ['text in message', { error: { message: text, code: 400, status: 'Bad Request' } }],
    ['an object in message', { message: error }],
    ['text of text', { error: JSON.stringify({ error: text }) }],
    ['a body that is text', text],
  ])('comes off: %s', (_name, body) => {
    expect(judge(500, body)).toMatchObject({ message: 'Why.', code: 'some_type' })
  })
})

describe('the message', () => {
  it.each<[string, JsonValue | undefined, string, string]>([
    ['is the plain text of a body that is no JSON', undefined, 'upstream connect error\n', 'upstream connect error'],
    ['is never an HTML page', undefined, '\n<!DOCTYPE html><title>502</title>', 'no reason given (HTTP 502)'],
    ['says so when there is none', undefined, '', 'no reason given (HTTP 502)'],
    ['is the code when there is no sentence', { error: { type: 'usage_limit_reached' } }, '', 'usage_limit_reached'],
    ['is one line', { error: 'one\n  two\r\nthree' }, '', 'one two three'],
    ['joins what a validation found', { detail: [{ msg: 'a' }, { msg: 'b' }, {}] }, '', 'a; b'],
  ])('%s', (_name, body, text, message) => {
    expect(judge(502, body, [], text).message).toBe(message)
  })

  it('is bounded', () => {
    const { message } = judge(400, { error: { message: 'x'.repeat(100_000) } })
    expect(message).toHaveLength(500)
    expect(message.endsWith('…')).toBe(true)
  })
})

describe('the code', () => {
  it.each<[string, JsonValue, string | undefined]>([
    ['is the finest word', { error: { type: 't', details: { error_code: 'c' } } }, 'c'],
    ['is a code before a type', { error: { type: 't', code: 'c' } }, 'c'],
    ['is a number that is no status', { error: { code: 1113 } }, '1113'],
    ['is never the status again', { error: { code: 429, type: 't' } }, 't'],
    ['is never the status as text', { error: { code: '429' } }, undefined],
    ['is never prose', { code: 'Some resource has been exhausted', error: 'x' }, undefined],
    ['is never the name of the envelope', { type: 'error', message: 'x' }, undefined],
  ])('%s', (_name, body, code) => {
    expect(judge(429, body).code).toBe(code)
  })
})

describe('every decoder', () => {
  const decoders = Object.entries(targetDialects)

  it.each(decoders)('%s makes a catalogue entry with one line of words of anything', (_name, dialect) => {
    const statuses = fc.option(fc.integer({ min: 200, max: 599 }), { nil: undefined })
    fc.assert(
      fc.property(statuses, fc.jsonValue(), fc.string(), (status, value, text) => {
        const body: JsonValue = JSON.parse(JSON.stringify(value))
        for (const shape of [body, { error: body }, { error: { message: body, details: body, metadata: body } }]) {
          const failure = dialect.decodeFailure({ status, headers: { 'retry-after': text }, body: shape, text, nowMs })
          expect(catalogue).toHaveProperty(failure.kind)
          expect(failure.message).toMatch(/^.{1,500}$/u)
        }
      }),
    )
  })

  it.each(decoders)('%s lets no quoted words of a request pass for a spent quota', (_name, dialect) => {
    const quoted = fc.constantFrom(
      'Your credit balance is too low to access the Anthropic API.',
      'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
      'You exceeded your current quota, please check your plan and billing details.',
      'Rate limit exceeded: free-models-per-day.',
      'insufficient_quota',
      'Insufficient Balance',
    )
    fc.assert(
      fc.property(fc.constantFrom(400, 404, 422), quoted, (status, words) => {
        const error = {
          type: 'invalid_request_error',
          message: `messages.0.content: "${words}" is not allowed`,
          code: null,
        }
        expect(dialect.decodeFailure({ status, headers: {}, body: { error }, text: '', nowMs }).kind).toBe(
          'bad-request',
        )
      }),
    )
  })
})
