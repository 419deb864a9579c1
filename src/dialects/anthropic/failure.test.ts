import { describe, expect, it } from 'vitest'
import { catalogue } from '../../ir/failure.ts'
import type { Cause, Failure, FailureKind } from '../../ir/failure.ts'
import type { JsonValue } from '../../ir/json.ts'
import { decodeFailure, encodeFailure } from './failure.ts'
import { causes } from '../../../test/causes.ts'

const nowMs = Date.UTC(2026, 2, 15, 12, 0, 0)

function decode(
  status: number | undefined,
  body: JsonValue | undefined,
  headers: Record<string, string> = {},
  text = '',
) {
  return decodeFailure({ status, headers, body, text: text || JSON.stringify(body ?? ''), nowMs })
}

function envelope(type: string, message: string, more: Record<string, JsonValue> = {}): JsonValue {
  return { type: 'error', error: { type, message, ...more }, request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy' }
}

const minuteLimit =
  'This request would exceed the rate limit for your organization (…uuid…) of 30,000 input tokens per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.'
const accountLimit = "This request would exceed your account's rate limit. Please try again later."

describe('a spent quota', () => {
  it.each<[string, number, JsonValue, Record<string, string>, Partial<Failure>]>([
    [
      'prepaid credit (b1)',
      400,
      envelope(
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      ),
      {},
      { kind: 'quota-spent', what: 'credit', scope: 'account', code: 'invalid_request_error' },
    ],
    [
      'the own spend limit (b2)',
      400,
      envelope(
        'invalid_request_error',
        'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
      ),
      {},
      { kind: 'quota-spent', what: 'quota', scope: 'account', resetsAtMs: Date.UTC(2026, 3, 1) },
    ],
    [
      'the workspace spend limit (b2)',
      400,
      envelope(
        'invalid_request_error',
        'You have reached your specified workspace API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
      ),
      {},
      { kind: 'quota-spent', what: 'quota', scope: 'account', resetsAtMs: Date.UTC(2026, 3, 1) },
    ],
    [
      "the tier's monthly cap (b3)",
      429,
      envelope(
        'rate_limit_error',
        "You have reached your API usage limits: your organization has crossed its monthly API usage threshold, set based on your organization's API tier. You will regain access on 2026-09-01 at 00:00 UTC.",
        { details: { error_code: 'enforced_spend_limit_reached' } },
      ),
      {},
      {
        kind: 'quota-spent',
        what: 'quota',
        scope: 'account',
        resetsAtMs: Date.UTC(2026, 8, 1),
        code: 'enforced_spend_limit_reached',
      },
    ],
    [
      "the tier's monthly cap in new words, which is lifted on the 1st",
      429,
      envelope('rate_limit_error', 'Reworded.', { details: { error_code: 'enforced_spend_limit_reached' } }),
      {},
      { kind: 'quota-spent', what: 'quota', scope: 'account', window: 'month', resetsAtMs: Date.UTC(2026, 3, 1) },
    ],
    [
      'a five-hour window that may be over earlier (2.2)',
      429,
      envelope('rate_limit_error', accountLimit),
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-5h-status': 'rejected',
        'anthropic-ratelimit-unified-fallback-percentage': '0.5',
        'retry-after': '13262',
      },
      {
        kind: 'quota-spent',
        what: 'quota',
        scope: 'account',
        window: '5h',
        isUpperBound: true,
        resetsAtMs: nowMs + 13_262_000,
      },
    ],
    [
      'a contract cap in new words',
      429,
      envelope('rate_limit_error', 'Reworded.', { details: { error_code: 'contract_spend_limit_reached' } }),
      {},
      { kind: 'quota-spent', what: 'quota', scope: 'account' },
    ],
    [
      "a subscription's window (b4)",
      429,
      envelope('rate_limit_error', accountLimit),
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-5h-status': 'rejected',
        'anthropic-ratelimit-unified-5h-reset': '1778479200',
        'retry-after': '7999',
      },
      { kind: 'quota-spent', what: 'quota', scope: 'account', resetsAtMs: 1_778_479_200_000 },
    ],
    [
      "a model's window (2.2)",
      429,
      envelope('rate_limit_error', accountLimit),
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-7d-status': 'allowed',
        'anthropic-ratelimit-unified-7d_oi-status': 'rejected',
        'retry-after': '121320',
      },
      { kind: 'quota-spent', what: 'quota', scope: 'model', resetsAtMs: nowMs + 121_320_000 },
    ],
    [
      'spent overage credit, without a reset (2.2)',
      429,
      envelope('rate_limit_error', accountLimit),
      { 'anthropic-ratelimit-unified-overage-disabled-reason': 'out_of_credits', 'x-should-retry': 'true' },
      { kind: 'quota-spent', what: 'quota', scope: 'account' },
    ],
    [
      'a request too long for the plan, whatever the windows say (b4)',
      429,
      envelope('rate_limit_error', 'Extra usage is required for long context requests.'),
      { 'anthropic-ratelimit-unified-status': 'rejected', 'retry-after': '7999' },
      { kind: 'quota-spent', what: 'quota', scope: 'request' },
    ],
    [
      "the spend block of Anthropic's own gateway",
      429,
      envelope('billing_error', 'spend limit reached (daily; resets 2026-08-08 00:00 UTC)'),
      { 'x-should-retry': 'false' },
      { kind: 'quota-spent', what: 'credit', scope: 'account', resetsAtMs: Date.UTC(2026, 7, 8) },
    ],
    [
      'billing by status',
      402,
      envelope('billing_error', 'There is a problem with billing.'),
      {},
      { kind: 'quota-spent', what: 'credit', scope: 'account' },
    ],
    [
      'a profile that cannot be billed',
      403,
      envelope('permission_error', 'Not billable.', { details: { error_code: 'user_profile_not_billable' } }),
      {},
      { kind: 'quota-spent', what: 'credit', scope: 'account' },
    ],
  ])('is recognised: %s', (_name, status, body, headers, expected) => {
    const failure = decode(status, body, headers)
    expect(failure).toMatchObject({ status, ...expected })
    expect('resetsAtMs' in failure).toBe('resetsAtMs' in expected)
  })
})

describe('other failures', () => {
  it.each<[string, number, JsonValue, Record<string, string>, Cause]>([
    [
      'a limit per minute (a)',
      429,
      envelope('rate_limit_error', minuteLimit),
      { 'retry-after': '17' },
      { kind: 'rate-limited', scope: 'model', window: 'minute', resetsAtMs: nowMs + 17_000 },
    ],
    [
      'a limit per minute that only its dimension dates',
      429,
      envelope('rate_limit_error', minuteLimit),
      {
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-03-15T12:00:40Z',
      },
      { kind: 'rate-limited', scope: 'model', window: 'minute', resetsAtMs: nowMs + 40_000 },
    ],
    [
      'a plain throttle of a subscription, without unified headers',
      429,
      envelope('rate_limit_error', accountLimit),
      { 'retry-after': '2' },
      { kind: 'rate-limited', scope: 'model', resetsAtMs: nowMs + 2000 },
    ],
    [
      'a throttle while the windows allow',
      429,
      envelope('rate_limit_error', 'Rate limited'),
      { 'anthropic-ratelimit-unified-status': 'allowed_warning' },
      { kind: 'rate-limited', scope: 'model' },
    ],
    [
      'an acceleration limit',
      429,
      envelope('rate_limit_error', 'Slower.', { details: { error_code: 'ramp_limit_exceeded' } }),
      { 'retry-after': '30' },
      { kind: 'rate-limited', scope: 'model', resetsAtMs: nowMs + 30_000 },
    ],
    ['overload (c)', 529, envelope('overloaded_error', 'Overloaded'), {}, { kind: 'overloaded' }],
    ['overload with 503', 503, envelope('overloaded_error', 'Overloaded'), {}, { kind: 'overloaded' }],
    ['overload in other words', 503, envelope('overloaded_error', 'Busy'), {}, { kind: 'overloaded' }],
    ['a server error', 500, envelope('api_error', 'Internal server error'), {}, { kind: 'server-error' }],
    ['a gateway timeout', 504, envelope('timeout_error', 'Request timed out'), {}, { kind: 'server-error' }],
    [
      'an expired token (d)',
      401,
      envelope(
        'authentication_error',
        'OAuth token has expired. Please obtain a new token or refresh your existing token.',
      ),
      {},
      { kind: 'bad-key' },
    ],
    [
      'a missing permission (d)',
      403,
      envelope('permission_error', 'OAuth authentication is currently not allowed for this organization.'),
      {},
      { kind: 'forbidden' },
    ],
    [
      'a prompt too long (e)',
      400,
      envelope('invalid_request_error', 'prompt is too long: 219898 tokens > 200000 maximum'),
      {},
      { kind: 'too-long', promptTokens: 219_898, windowTokens: 200_000 },
    ],
    [
      'a prompt and answer too long together',
      400,
      envelope(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000, decrease input length or `max_tokens` and try again',
      ),
      {},
      { kind: 'too-long', promptTokens: 199_759, windowTokens: 200_000 },
    ],
    [
      'a body too large',
      413,
      envelope('request_too_large', 'Request exceeds the maximum size'),
      {},
      { kind: 'too-long' },
    ],
    [
      'an unknown model (f)',
      404,
      envelope('not_found_error', 'model: claude-3-5-haiku-20241022'),
      {},
      { kind: 'unknown-model' },
    ],
    [
      "llama-server's own shape on this dialect",
      400,
      {
        error: {
          code: 400,
          message: 'request (1809 tokens) exceeds the available context size (1024 tokens), try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 1809,
          n_ctx: 1024,
        },
      },
      {},
      { kind: 'too-long', promptTokens: 1809, windowTokens: 1024 },
    ],
    [
      "OpenRouter's skin",
      401,
      {
        type: 'error',
        error: { type: 'authentication_error', message: 'Invalid credentials', error_type: 'authentication' },
        request_id: null,
      },
      {},
      { kind: 'bad-key' },
    ],
  ])('are told apart: %s', (_name, status, body, headers, expected) => {
    const { message, code, status: seen, ...cause } = decode(status, body, headers)
    expect(cause).toEqual(expected)
    expect(seen).toBe(status)
    expect(message).not.toBe('')
    expect(code).not.toBe('')
  })

  it.each([
    'This credential is only authorized for use with Claude Code and cannot be used for other API requests.',
    'messages.0: the text "Your credit balance is too low to access the Anthropic API" is not allowed here',
    'tools.0.name: You have reached your specified API usage limits',
    'Your credit balance is a word this schema does not know',
    'quota: Extra inputs are not permitted',
    'messages.1.content: prompt is too long: 5 tokens > 4 maximum',
    'max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens',
  ])('stay a bad request: 400 %j', (message) => {
    expect(decode(400, envelope('invalid_request_error', message)).kind).toBe('bad-request')
  })

  it('do not see a spent credit under another status', () => {
    const body = envelope('api_error', 'Your credit balance is too low to access the Anthropic API.')
    expect(decode(500, body).kind).toBe('server-error')
  })

  it('do not take every 404 for an unknown model', () => {
    const body = envelope('not_found_error', 'The requested resource could not be found.')
    expect(decode(404, body).kind).toBe('bad-request')
  })
})

describe('an error inside a 200', () => {
  it.each<[JsonValue, FailureKind]>([
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
    [{ type: 'error', error: { type: 'api_error', message: 'Internal server error' } }, 'server-error'],
    [{ type: 'error', error: { type: 'rate_limit_error', message: accountLimit } }, 'rate-limited'],
    [{ type: 'error', error: { type: 'invalid_request_error', message: 'Bad.' } }, 'bad-request'],
    [
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 5 tokens > 4 maximum' },
      },
      'too-long',
    ],
  ])('is known by its type: %j', (body, kind) => {
    const failure = decode(undefined, body)
    expect(failure.kind).toBe(kind)
    expect(failure.status).toBeUndefined()
  })
})

describe('encodeFailure', () => {
  it('knows every kind of the catalogue', () => {
    expect(Object.keys(causes).sort()).toEqual(Object.keys(catalogue).sort())
  })

  it.each(Object.values(causes))('has a status and a type for $kind', (cause) => {
    const { status, body } = encodeFailure({ ...cause, message: 'Why.' })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).toEqual({
      type: 'error',
      error: { type: expect.stringMatching(/_error$/), message: expect.stringContaining('Why.') },
      request_id: null,
    })
  })

  it.each<[Cause, number, string]>([
    [{ kind: 'overloaded' }, 529, 'overloaded_error'],
    [{ kind: 'quota-spent', what: 'credit', scope: 'account' }, 402, 'billing_error'],
    [{ kind: 'quota-spent', what: 'quota', scope: 'account' }, 429, 'rate_limit_error'],
    [{ kind: 'timeout', phase: 'stall' }, 504, 'timeout_error'],
    [{ kind: 'network', problem: 'dns', requestSent: false }, 502, 'api_error'],
    [{ kind: 'unknown-model' }, 404, 'not_found_error'],
  ])('pairs %j with %i %s', (cause, status, type) => {
    expect(encodeFailure({ ...cause, message: 'Why.' })).toMatchObject({ status, body: { error: { type } } })
  })

  it('begins a full window as clients of this dialect expect it', () => {
    const counted = encodeFailure({ kind: 'too-long', promptTokens: 9177, windowTokens: 4096, message: 'full' })
    expect(counted.body).toMatchObject({ error: { message: 'prompt is too long: 9177 tokens > 4096 maximum' } })
    const uncounted = encodeFailure({ kind: 'too-long', message: 'full' })
    expect(uncounted.body).toMatchObject({ error: { message: 'prompt is too long: full' } })
  })

  it('survives a round trip', () => {
    const encoded = encodeFailure({ kind: 'too-long', promptTokens: 9177, windowTokens: 4096, message: 'full' })
    expect(decode(encoded.status, encoded.body)).toMatchObject({ promptTokens: 9177, windowTokens: 4096 })
  })
})
