/** OpenAI's failures and those of providers with its envelope, as literals (providers.md 1.2, 1.3, 1.5, 1.8, 1.10). */

import type { FailureLiteral } from './failures.ts'

const json = { 'content-type': 'application/json' }

function openai(
  status: number,
  type: string,
  code: string | null,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): FailureLiteral {
  return {
    status,
    headers: { ...json, 'x-request-id': 'req_7d0f5e1c9a2b4f6e8d3c1b0a99887766', ...headers },
    body: JSON.stringify({ error: { message, type, param: null, code } }),
  }
}

/** Groq's bodies have no `param`, and no `code` where it knows none (providers.md 1.3). */
function groq(
  status: number,
  error: { message: string; type: string; code?: string },
  headers: Readonly<Record<string, string>> = {},
): FailureLiteral {
  return {
    status,
    headers: { ...json, 'x-groq-region': 'us-west-1', 'x-request-id': 'req_01kfake', ...headers },
    body: JSON.stringify({ error }),
  }
}

const groqLimit =
  'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_01fake` service tier `on_demand` on'
const groqUpgrade = 'Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing'
const quotaExceeded =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.'

const openaiOwn = {
  'openai-quota': openai(429, 'insufficient_quota', 'insufficient_quota', quotaExceeded),
  'openai-credit-balance': openai(429, 'insufficient_quota', 'credit_balance_exhausted', quotaExceeded),
  'openai-project-limit': openai(429, 'insufficient_quota', 'project_spend_limit_exceeded', quotaExceeded),
  'openai-rate-limit': openai(
    429,
    'tokens',
    'rate_limit_exceeded',
    'Rate limit reached for gpt-4.1 in organization org-fake on tokens per min (TPM): Limit 30000, Used 18928, Requested 11159. Please try again in 174ms. Visit https://platform.openai.com/account/rate-limits to learn more.',
    {
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '11072',
      'x-ratelimit-reset-tokens': '174ms',
    },
  ),
  'openai-request-limit': openai(
    429,
    'requests',
    'rate_limit_exceeded',
    'Rate limit reached for gpt-4.1 in organization org-fake on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.',
  ),
  'openai-request-too-large': openai(
    429,
    'tokens',
    'rate_limit_exceeded',
    'Request too large for gpt-4o in organization org-fake on tokens per min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced in order to run successfully.',
  ),
  'openai-overloaded': openai(
    503,
    'service_unavailable_error',
    'server_is_overloaded',
    'The engine is currently overloaded, please try again later',
  ),
  'openai-slow-down': openai(503, 'service_unavailable_error', 'slow_down', 'Slow Down'),
  'openai-bad-key': openai(
    401,
    'invalid_request_error',
    'invalid_api_key',
    'Incorrect API key provided: sk-fake. You can find your API key at https://platform.openai.com/account/api-keys.',
  ),
  'openai-bad-request': openai(
    400,
    'invalid_request_error',
    'invalid_value',
    "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
  ),
  'openai-too-long': openai(
    400,
    'invalid_request_error',
    'context_length_exceeded',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 219898 tokens. Please reduce the length of the messages.",
  ),
  'openai-responses-too-long': openai(
    400,
    'invalid_request_error',
    'context_length_exceeded',
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
  ),
  'openai-unknown-model': openai(
    404,
    'invalid_request_error',
    'model_not_found',
    'The model `gpt-nothing` does not exist or you do not have access to it.',
  ),
  'chatgpt-usage-limit': {
    status: 429,
    headers: {
      ...json,
      'x-codex-primary-used-percent': '100',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': '1767795039',
    },
    body: '{"error":{"type":"usage_limit_reached","plan_type":"plus","resets_at":1767795039}}',
  },
} as const satisfies Record<string, FailureLiteral>

const groqOwn = {
  'groq-rate-limit': groq(
    429,
    {
      message: `${groqLimit} tokens per minute (TPM): Limit 6000, Used 5200, Requested 1946. Please try again in 11.455s. ${groqUpgrade}`,
      type: 'tokens',
      code: 'rate_limit_exceeded',
    },
    { 'retry-after': '12', 'x-ratelimit-remaining-tokens': '800', 'x-ratelimit-reset-tokens': '11.455s' },
  ),
  'groq-daily': groq(
    429,
    {
      message: `${groqLimit} tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. ${groqUpgrade}`,
      type: 'tokens',
      code: 'rate_limit_exceeded',
    },
    { 'retry-after': '579' },
  ),
  'groq-over-capacity': groq(503, {
    message:
      'llama-3.3-70b-versatile is currently over capacity. Please try again and back off exponentially. Visit https://groqstatus.com to see if there is an active incident.',
    type: 'internal_server_error',
  }),
  'groq-flex-capacity': groq(498, { message: 'Flex tier capacity exceeded.', type: 'capacity_exceeded' }),
  'groq-too-large': groq(413, {
    message:
      'Request too large for model `llama-3.1-8b-instant` in organization `org_01fake` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.',
    type: 'tokens',
    code: 'rate_limit_exceeded',
  }),
  'groq-bad-key': groq(401, { message: 'Invalid API Key', type: 'invalid_request_error', code: 'invalid_api_key' }),
} as const satisfies Record<string, FailureLiteral>

const others = {
  'together-credit': {
    status: 402,
    headers: json,
    body: '{"id":"oFake-1","error":{"message":"Credit limit exceeded. Please navigate to https://api.together.xyz/settings/billing to add credit or upgrade your plan.","type":"credit_limit","param":null,"code":null}}',
  },
  // The same `type` as the spent credit: only the status tells them apart (providers.md 1.5).
  'together-rate-limit': {
    status: 429,
    headers: json,
    body: '{"id":"oFake-2","error":{"message":"You have been rate limited. Your rate limit is 60 queries per minute.","type":"credit_limit","param":null,"code":null}}',
  },
  'deepseek-balance': openai(402, 'unknown_error', 'invalid_request_error', 'Insufficient Balance'),
  'azure-rate-limit': {
    status: 429,
    headers: { ...json, 'retry-after-ms': '22000', 'retry-after': '22', 'x-ratelimit-reset-tokens': '22' },
    body: '{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2023-12-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 22 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."}}',
  },
  'azure-no-deployment': {
    status: 404,
    headers: json,
    body: '{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}',
  },
} as const satisfies Record<string, FailureLiteral>

export const openaiFailures = { ...openaiOwn, ...groqOwn, ...others }
