/** The errors of the Messages dialect: Anthropic's API, its subscriptions, and the providers that speak its shape (providers.md 1.1). */
import type { Cause, Failure, FailureKind } from '../../ir/failure.ts'
import type { JsonObject } from '../../ir/json.ts'
import { anthropicLimits, parseExhaustedReset, parseUnifiedRejection } from '../../wire/reset-times.ts'
import type { FailedAnswer } from '../dialect.ts'
import { judgeByTable, spent, statedReset, tooLong } from '../failure-table.ts'
import type { FailureRow, FailureTable, ProviderError } from '../failure-table.ts'
import { engineRows } from '../ollama/failure.ts'
import { encodeThreadNotFound } from './threads.ts'

/**
 * Anthropic's own sentences, which its OpenAI-compatible endpoint repeats in another envelope (providers.md 1.1).
 * A spent quota has the status and type of a plain bad request; nothing but these beginnings tells it from one.
 */
export const anthropicRows: readonly FailureRow[] = [
  // Seen with 429: about the size of this one request, whatever the windows say.
  { status: [429], message: /^Extra usage is required for long context requests\b/, cause: spent('quota', 'request') },
  {
    // (b1)
    status: [400],
    message: /^Your credit balance is too low to access the Anthropic API\b/,
    cause: spent('credit', 'account'),
  },
  {
    // (b2) with 400, (b3) and a Claude Code workspace with 429.
    status: [400, 429],
    message: /^You have reached your (?:specified (?:workspace )?)?API usage limits\b/,
    cause: spent('quota', 'account'),
  },
  {
    status: [429],
    word: ['enforced_spend_limit_reached', 'contract_spend_limit_reached'],
    cause: spent('quota', 'account'),
  },
  {
    // (e)
    status: [400],
    message: /^prompt is too long(?:: (\d+) tokens > (\d+) maximum)?/,
    cause: (_error, match) => tooLong(match?.[1], match?.[2]),
  },
  {
    // The older models' refusal of input plus max_tokens (continuedev/continue#6080).
    status: [400],
    message: /^input length and `max_tokens` exceed context limit: (\d+) \+ \d+ > (\d+)/,
    cause: (_error, match) => tooLong(match?.[1], match?.[2]),
  },
]

const table: FailureTable = {
  rows: [
    ...anthropicRows,
    {
      // Billing, by type or by error_code; with 429 it is the spend block of Anthropic's own gateway.
      status: [402, 403, 429],
      word: ['billing_error', 'user_profile_not_billable', 'user_profile_billing_not_authorized'],
      cause: spent('credit', 'account'),
    },
    {
      // (b4) A subscription's window; a 429 without these headers is a passing throttle.
      status: [429],
      when: (error) => parseUnifiedRejection(error.headers, error.nowMs) !== undefined,
      cause: spentWindow,
    },
    { word: ['overloaded_error'], cause: { kind: 'overloaded' } },
    // (f) A 404 for a file or a thread says something else.
    { status: [404], message: /^model: \S/, cause: { kind: 'unknown-model' } },
    ...engineRows,
  ],
  resetsAtMs: (error, limit) =>
    statedReset(error, limit) ??
    (limit.kind === 'rate-limited'
      ? parseExhaustedReset(error.headers, anthropicLimits, error.nowMs)
      : monthlyReset(error)),
}

/** The tier's cap is lifted at 00:00 UTC on the 1st, also where its sentence has come to say it in other words (A/limits in providers.md 1.1). */
function monthlyReset({ words, nowMs }: ProviderError): number | undefined {
  if (nowMs === 0 || !words.includes('enforced_spend_limit_reached')) return undefined
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
}

function spentWindow(error: ProviderError): Cause {
  const { modelOnly, ...facts } = parseUnifiedRejection(error.headers, error.nowMs) ?? { modelOnly: false }
  return { kind: 'quota-spent', what: 'quota', scope: modelOnly ? 'model' : 'account', ...facts }
}

export function decodeFailure(answer: FailedAnswer): Failure {
  return judgeByTable(answer, table)
}

/** Status and type as the documentation pairs them; 502 is for what only a proxy can say (providers.md 1.1). */
const wire: { readonly [K in FailureKind]: { status: number; type: string } } = {
  'quota-spent': { status: 429, type: 'rate_limit_error' },
  'rate-limited': { status: 429, type: 'rate_limit_error' },
  overloaded: { status: 529, type: 'overloaded_error' },
  loading: { status: 529, type: 'overloaded_error' },
  'server-error': { status: 500, type: 'api_error' },
  network: { status: 502, type: 'api_error' },
  timeout: { status: 504, type: 'timeout_error' },
  'malformed-answer': { status: 502, type: 'api_error' },
  'bad-key': { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'permission_error' },
  'unknown-model': { status: 404, type: 'not_found_error' },
  'too-long': { status: 400, type: 'invalid_request_error' },
  'content-refused': { status: 400, type: 'invalid_request_error' },
  'bad-request': { status: 400, type: 'invalid_request_error' },
  'client-gone': { status: 499, type: 'api_error' },
  handover: { status: 429, type: 'rate_limit_error' },
  'local-loop': { status: 503, type: 'api_error' },
  override: { status: 503, type: 'api_error' },
  'remote-model': { status: 403, type: 'permission_error' },
  'queue-full': { status: 529, type: 'overloaded_error' },
}

export function encodeFailure(failure: Failure): { status: number; body: JsonObject } {
  const lost = encodeThreadNotFound(failure.message, failure.code)
  if (lost) return lost
  const creditSpent = failure.kind === 'quota-spent' && failure.what === 'credit'
  const { status, type } = creditSpent ? { status: 402, type: 'billing_error' } : wire[failure.kind]
  return { status, body: { type: 'error', error: { type, message: sentence(failure) }, request_id: null } }
}

/** Clients of this dialect know a full window by how the sentence begins, and shorten the conversation themselves. */
function sentence(failure: Failure): string {
  if (failure.kind !== 'too-long' || failure.message.startsWith('prompt is too long')) return failure.message
  const { promptTokens, windowTokens, message } = failure
  const counted = promptTokens !== undefined && windowTokens !== undefined
  return `prompt is too long: ${counted ? `${promptTokens} tokens > ${windowTokens} maximum` : message}`
}
