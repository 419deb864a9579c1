import { describe, expect, it } from 'vitest'
import type { Failure, FailureKind } from '../../ir/failure.ts'
import type { JsonValue } from '../../ir/json.ts'
import { encodeFailure as encodeChatFailure } from '../openai-chat/failure.ts'
import { decodeFailure, encodeFailure } from './failure.ts'

const nowMs = Date.UTC(2026, 2, 15, 12, 0, 0)

function decode(status: number | undefined, body: JsonValue): Failure {
  return decodeFailure({ status, headers: {}, body, text: '', nowMs })
}

function failed(error: JsonValue, more: Record<string, JsonValue> = {}): JsonValue {
  return {
    type: 'response.failed',
    response: { id: 'resp_123', object: 'response', status: 'failed', error, output: [], ...more },
    sequence_number: 1,
  }
}

describe('an error inside a 200 stream', () => {
  it.each<[string, JsonValue, Partial<Failure>]>([
    [
      'the flat form',
      { type: 'error', code: 'ERR_SOMETHING', message: 'Something went wrong', param: null, sequence_number: 1 },
      { kind: 'server-error', message: 'Something went wrong', code: 'ERR_SOMETHING' },
    ],
    [
      'the flat form of a limit',
      { type: 'error', code: 'rate_limit_exceeded', message: 'Please try again in 1.574s.', param: null },
      { kind: 'rate-limited', scope: 'model', resetsAtMs: nowMs + 1574 },
    ],
    [
      'the nested form',
      {
        type: 'error',
        error: { type: 'insufficient_quota', code: 'credit_balance_exhausted', message: 'Spent.', param: null },
      },
      { kind: 'quota-spent', what: 'credit', scope: 'account' },
    ],
    [
      'the WebSocket form',
      { type: 'error', status: 400, error: { code: 'previous_response_not_found', message: 'Not found.' } },
      { kind: 'bad-request', status: 400, code: 'previous_response_not_found' },
    ],
    [
      'the bare object of a limit per minute',
      {
        type: 'tokens',
        code: 'rate_limit_exceeded',
        message: 'Rate limit reached for o4-mini … Please try again in 20s.',
      },
      { kind: 'rate-limited', scope: 'model', resetsAtMs: nowMs + 20_000 },
    ],
    [
      'a failed response',
      failed({ code: 'server_error', message: 'The model failed to generate a response.' }),
      { kind: 'server-error', message: 'The model failed to generate a response.', code: 'server_error' },
    ],
    ['a failed response for a quota', failed({ code: 'insufficient_quota', message: 'x' }), { kind: 'quota-spent' }],
    [
      'a failed response for its length',
      failed({ code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model.' }),
      { kind: 'too-long' },
    ],
    ['a failed response for its prompt', failed({ code: 'invalid_prompt', message: 'x' }), { kind: 'bad-request' }],
    ['a failed response for an image', failed({ code: 'invalid_image_url', message: 'x' }), { kind: 'bad-request' }],
    ['a failed response for policy', failed({ code: 'bio_policy', message: 'x' }), { kind: 'content-refused' }],
    [
      "OpenRouter's failed response",
      failed({ code: 'server_error', message: 'x' }, { error_type: 'provider_overloaded' }),
      { kind: 'overloaded' },
    ],
    ['a failed response without an error', failed(null), { kind: 'server-error' }],
  ])('is decoded: %s', (_name, body, expected) => {
    expect(decode(undefined, body)).toMatchObject(expected)
  })
})

describe('an error with a status', () => {
  it.each<[number, JsonValue, FailureKind]>([
    [429, { error: { type: 'usage_limit_reached', resets_at: 1_778_479_200 } }, 'quota-spent'],
    [503, { error: { code: 'server_is_overloaded', type: 'service_unavailable_error' } }, 'overloaded'],
    [400, { error: { code: 'invalid_encrypted_content', message: 'The encrypted content …' } }, 'bad-request'],
    [404, { error: { code: 'model_not_found', message: 'The model `x` does not exist' } }, 'unknown-model'],
  ])('is read from the table of Chat Completions: %i %j', (status, body, kind) => {
    expect(decode(status, body)).toMatchObject({ kind, status })
  })
})

describe('encodeFailure', () => {
  it('is that of Chat Completions', () => {
    expect(encodeFailure).toBe(encodeChatFailure)
  })
})
