/** The errors of the Chat Completions dialect, spoken by a dozen providers with as many habits (providers.md 1.2 to 1.10). */
import type { Failure, FailureKind } from '../../ir/failure.ts'
import { arrayOf, numberOf, objectOf, stringOf } from '../../ir/json.ts'
import type { JsonObject, JsonValue } from '../../ir/json.ts'
import { openAiLimits, parseCodexReset, parseExhaustedReset, parseInstant, parseWait } from '../../wire/reset-times.ts'
import { anthropicRows } from '../anthropic/failure.ts'
import type { FailedAnswer } from '../dialect.ts'
import { judgeByTable, limited, spent, statedReset, tooLong } from '../failure-table.ts'
import type { FailureRow, FailureTable, Limit, ProviderError } from '../failure-table.ts'
import { engineRows } from '../ollama/failure.ts'

/** providers.md 1.2 (with the ChatGPT plan), 1.3 for Groq and 1.10 for Azure, which share its words. */
const openAiRows: readonly FailureRow[] = [
  {
    // The codes that name money or a spend limit; they come with type `insufficient_quota`, so they are asked first.
    word: [
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'billing_hard_limit_reached',
    ],
    cause: spent('credit', 'account'),
  },
  {
    // The type alone is enough: until 2023 the code was null.
    word: ['insufficient_quota', 'organization_usage_limit_exceeded', 'usage_limit_reached', 'usage_not_included'],
    cause: spent('quota', 'account'),
  },
  // Same code as a rate limit, but bigger than a whole minute's budget: OpenAI 429, Groq 413.
  { status: [413, 429], message: /^Request too large for /, cause: limited('request') },
  // Per minute and per day share one code; Groq TPD, RPD, ASD (1.3).
  { status: [429], message: /^Rate limit reached for .* on [\w ]+ per day \(/s, cause: spent('quota', 'model') },
  {
    status: [429, 503],
    message: /^(?:The engine is currently overloaded|Slow Down|System is experiencing high demand)\b/i,
    cause: { kind: 'overloaded' },
  },
  { word: ['server_is_overloaded', 'slow_down', 'overloaded_error'], cause: { kind: 'overloaded' } },
  // Groq's flex tier, `capacity_exceeded`.
  { status: [498], cause: { kind: 'overloaded' } },
  {
    word: ['content_filter', 'content_policy_violation', 'ResponsibleAIPolicyViolation'],
    cause: { kind: 'content-refused' },
  },
  { word: ['model_not_found', 'DeploymentNotFound'], cause: { kind: 'unknown-model' } },
  { status: [400], message: /^Your input exceeds the context window of this model\b/, cause: { kind: 'too-long' } },
]

/** Google's own client calls a longer announced wait terminal (googleQuotaErrors.ts in providers.md 1.6). */
const longestGeminiPauseMs = 300_000

/** providers.md 1.6. The sentence is the same for a minute and a day, so only the details can tell. */
const geminiRows: readonly FailureRow[] = [
  { status: [400], word: ['API_KEY_INVALID'], cause: { kind: 'bad-key' } },
  { status: [400], message: /^API key not valid\. Please pass a valid API key/, cause: { kind: 'bad-key' } },
  { status: [429], word: ['MODEL_CAPACITY_EXHAUSTED'], cause: { kind: 'overloaded' } },
  { status: [402, 403, 429], word: ['INSUFFICIENT_G1_CREDITS_BALANCE'], cause: spent('credit', 'account') },
  { status: [429], word: ['RESOURCE_EXHAUSTED'], when: isDailyQuota, cause: spent('quota', 'model') },
  {
    // A model that the free tier does not have at all.
    status: [429],
    word: ['RESOURCE_EXHAUSTED'],
    message: /^You exceeded your current quota\b.*\blimit: 0(?!\.?\d)/s,
    cause: spent('quota', 'model'),
  },
  {
    status: [429],
    word: ['RESOURCE_EXHAUSTED'],
    when: (error) => (statedGeminiReset(error) ?? 0) - error.nowMs > longestGeminiPauseMs,
    cause: spent('quota', 'model'),
  },
  // Google's own client treats it like a 429.
  { status: [499], word: ['CANCELLED'], cause: limited('model') },
  {
    status: [400],
    message: /^The input token count (?:\((\d+)\) )?exceeds the maximum number of tokens allowed \(?(\d+)/,
    cause: (_error, match) => tooLong(match?.[1], match?.[2]),
  },
  // google-gemini/gemini-api-quickstart#20
  { status: [404], message: /^models\/\S+ is not found for API version\b/, cause: { kind: 'unknown-model' } },
]

/** providers.md 1.7; the words are `metadata.error_type` and `metadata.limit_source`. */
const openRouterRows: readonly FailureRow[] = [
  // The only 402 that waiting lifts.
  { status: [402], word: ['openrouter_in_flight_budget'], cause: limited('account') },
  { status: [429], word: ['openrouter_free_tier_daily'], cause: spent('quota', 'account') },
  { status: [429], message: /^Rate limit exceeded: free-models-per-day\b/, cause: spent('quota', 'account') },
  // All free models count together.
  { status: [429], message: /^Rate limit exceeded: free-models-per-min\b/, cause: limited('account') },
  { word: ['provider_overloaded', 'capacity_exhausted'], cause: { kind: 'overloaded' } },
  { status: [403], word: ['refusal'], cause: { kind: 'content-refused' } },
  { status: [403], when: isModeration, cause: { kind: 'content-refused' } },
  // maxnowack/anthropic-proxy#4 and vyancharuk/nodejs-api-boilerplate#16
  { status: [400], message: /^\S+ is not a valid model ID$/, cause: { kind: 'unknown-model' } },
  { status: [404], message: /^No endpoints found for \S+$/, cause: { kind: 'unknown-model' } },
]

/** providers.md 1.4, 1.5, 1.8, 1.9 */
const otherRows: readonly FailureRow[] = [
  // Mistral
  { word: ['3505', 'service_tier_capacity_exceeded'], cause: { kind: 'overloaded' } },
  // Mistral: tmc/langchaingo#1233
  { word: ['invalid_model'], cause: { kind: 'unknown-model' } },
  // Together reports a full window as 403, elsewhere as a failed validation (stanford-crfm/helm#2079).
  { status: [403], message: /\bcontext (?:length|window)\b/i, cause: { kind: 'too-long' } },
  {
    message: /^Input validation error: `inputs` tokens \+ `max_new_tokens` must be <= (\d+)\. Given: (\d+) `inputs`/,
    cause: (_error, match) => tooLong(match?.[2], match?.[1]),
  },
  // DeepSeek: ConardLi/easy-dataset#9
  { status: [400], message: /^Model Not Exist$/, cause: { kind: 'unknown-model' } },
  // xAI
  { status: [400], message: /^Incorrect API key provided\b/, cause: { kind: 'bad-key' } },
  {
    // With 403 its code says no more than permission-denied. The second sentence: continuedev/continue#12670.
    status: [403, 429],
    message:
      /^Your (?:team(?: \S+)? has either used all available credits or reached its monthly spending limit|newly created teams? doesn't have any credits)\b/,
    cause: spent('credit', 'account'),
  },
  {
    // cline/cline#3120
    status: [400],
    message: /^This model's maximum prompt length is (\d+) but the request contains (\d+) tokens/,
    cause: (_error, match) => tooLong(match?.[2], match?.[1]),
  },
]

/** Rows with counts come before the bare word `context_length_exceeded`, which has none. */
export const chatTable: FailureTable = {
  rows: [
    ...openAiRows,
    ...geminiRows,
    ...openRouterRows,
    ...otherRows,
    ...anthropicRows,
    ...engineRows,
    { word: ['context_length_exceeded', 'token_limit_exceeded'], cause: { kind: 'too-long' } },
  ],
  resetsAtMs,
}

function resetsAtMs(error: ProviderError, limit: Limit): number | undefined {
  if (error.words.includes('RESOURCE_EXHAUSTED')) return geminiReset(error, limit)
  return planReset(error) ?? openRouterReset(error) ?? statedReset(error, limit) ?? exhaustedReset(error, limit)
}

function exhaustedReset({ headers, nowMs }: ProviderError, limit: Limit): number | undefined {
  return limit.kind === 'rate-limited' ? parseExhaustedReset(headers, openAiLimits, nowMs) : undefined
}

/** A spent day comes with a pause of seconds too (25 s seen, providers.md 1.6), which is not when the day ends. */
function geminiReset(error: ProviderError, limit: Limit): number | undefined {
  const atMs = statedGeminiReset(error) ?? statedReset(error, limit)
  const isPause = atMs !== undefined && atMs - error.nowMs <= longestGeminiPauseMs
  return limit.kind === 'quota-spent' && isPause ? undefined : atMs
}

/** `google.rpc.RetryInfo` */
function statedGeminiReset({ fields, nowMs }: ProviderError): number | undefined {
  for (const detail of arrayOf(fields['details'])) {
    const delay = stringOf(objectOf(detail)['retryDelay'])
    if (delay !== undefined) return parseWait(delay, nowMs)
  }
  return undefined
}

/** `google.rpc.QuotaFailure`: any violated daily quota outlasts the violated minute beside it. */
function isDailyQuota({ fields }: ProviderError): boolean {
  return arrayOf(fields['details'])
    .flatMap((detail) => arrayOf(objectOf(detail)['violations']))
    .some((violation) => /PerDay|Daily/.test(stringOf(objectOf(violation)['quotaId']) ?? ''))
}

/** The body of a ChatGPT plan's refusal names the instant; some of its headers do as well (providers.md 1.2). */
function planReset({ words, fields, headers, nowMs }: ProviderError): number | undefined {
  if (!words.includes('usage_limit_reached')) return undefined
  const atSeconds = numberOf(fields['resets_at'])
  return (atSeconds === undefined ? undefined : parseInstant(atSeconds, nowMs)) ?? parseCodexReset(headers, nowMs)
}

/** OpenRouter repeats its headers in the body (providers.md 1.7, 2.1). */
function openRouterReset({ fields, headers: outer, nowMs }: ProviderError): number | undefined {
  const headers = objectOf(objectOf(fields['metadata'])['headers'])
  const reset: JsonValue | string[] | undefined = headers['X-RateLimit-Reset'] ?? outer['x-ratelimit-reset']
  return typeof reset === 'string' || typeof reset === 'number' ? parseInstant(reset, nowMs) : undefined
}

/** A flagged input is told from a missing permission by what its metadata quotes (openrouter.ai/docs errors-and-debugging). */
function isModeration({ fields }: ProviderError): boolean {
  const metadata = objectOf(fields['metadata'])
  return metadata['flagged_input'] !== undefined || arrayOf(metadata['reasons']).length > 0
}

export function decodeFailure(answer: FailedAnswer): Failure {
  return judgeByTable(answer, chatTable)
}

/** Codes that the SDKs and Codex act on (providers.md 1.2, 2.3). */
const wire: { readonly [K in FailureKind]: { status: number; type: string; code: string | null } } = {
  'quota-spent': { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  'rate-limited': { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  overloaded: { status: 503, type: 'service_unavailable_error', code: 'server_is_overloaded' },
  loading: { status: 503, type: 'service_unavailable_error', code: 'server_is_overloaded' },
  'server-error': { status: 500, type: 'server_error', code: 'server_error' },
  network: { status: 502, type: 'server_error', code: 'server_error' },
  timeout: { status: 504, type: 'server_error', code: 'server_error' },
  'malformed-answer': { status: 502, type: 'server_error', code: 'server_error' },
  'bad-key': { status: 401, type: 'invalid_request_error', code: 'invalid_api_key' },
  forbidden: { status: 403, type: 'invalid_request_error', code: null },
  'unknown-model': { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
  'too-long': { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded' },
  'content-refused': { status: 400, type: 'invalid_request_error', code: 'content_policy_violation' },
  'bad-request': { status: 400, type: 'invalid_request_error', code: null },
  'client-gone': { status: 499, type: 'server_error', code: 'server_error' },
  handover: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  'local-loop': { status: 503, type: 'server_error', code: 'server_error' },
  override: { status: 503, type: 'server_error', code: 'server_error' },
  'remote-model': { status: 403, type: 'invalid_request_error', code: null },
  'queue-full': { status: 503, type: 'service_unavailable_error', code: 'server_is_overloaded' },
}

export function encodeFailure(failure: Failure): { status: number; body: JsonObject } {
  const { status, type, code } = wire[failure.kind]
  const finer = code ?? failure.code ?? null
  const param = finer === 'previous_response_not_found' ? 'previous_response_id' : null
  return { status, body: { error: { message: failure.message, type, param, code: finer } } }
}
