/** Failures of the providers with an envelope of their own, as literals (providers.md 1.4, 1.6, 1.7, 1.9). */

import type { FailureLiteral } from './failures.ts'

const json = { 'content-type': 'application/json' }

function geminiQuota(quotaId: string, retryDelay: string): object {
  return {
    error: {
      code: 429,
      message:
        'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [
            {
              quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
              quotaId,
              quotaDimensions: { location: 'global', model: 'gemini-2.5-flash' },
              quotaValue: '250',
            },
          ],
        },
        {
          '@type': 'type.googleapis.com/google.rpc.Help',
          links: [
            {
              description: 'Learn more about Gemini API quotas',
              url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
            },
          ],
        },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
      ],
    },
  }
}

/** The OpenAI-compatible endpoint wraps the error in an array (providers.md 1.6). */
function gemini(status: number, error: object): FailureLiteral {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify([error]) }
}

const geminiBadKey = {
  error: {
    code: 400,
    message: 'API key not valid. Please pass a valid API key.',
    status: 'INVALID_ARGUMENT',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'API_KEY_INVALID',
        domain: 'googleapis.com',
        metadata: { service: 'generativelanguage.googleapis.com' },
      },
    ],
  },
}

function openrouter(status: number, error: object, headers: Readonly<Record<string, string>> = {}): FailureLiteral {
  return { status, headers: { ...json, ...headers }, body: JSON.stringify({ error, user_id: 'user_fake' }) }
}

export const otherFailures = {
  'mistral-rate-limit': {
    status: 429,
    headers: { ...json, 'mistral-correlation-id': '0fake' },
    body: '{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300","raw_status_code":429}',
  },
  'mistral-capacity': {
    status: 429,
    headers: json,
    body: '{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}',
  },
  // The status is documented, its body is not (providers.md 1.4).
  'mistral-payment': { status: 402, headers: json, body: '{"message":"Payment required"}' },
  'mistral-bad-key': { status: 401, headers: json, body: '{"detail":"Unauthorized"}' },
  // Seen with no body at all.
  'mistral-bad-key-empty': { status: 401, headers: {}, body: '' },
  'gemini-quota': gemini(429, geminiQuota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '65205s')),
  'gemini-rate-limit': gemini(429, geminiQuota('GenerateContentInputTokensPerModelPerMinute-FreeTier', '26s')),
  'gemini-native-quota': {
    status: 429,
    headers: json,
    body: JSON.stringify(geminiQuota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '25s')),
  },
  'gemini-overloaded': gemini(503, {
    error: { code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' },
  }),
  'gemini-bad-key': gemini(400, geminiBadKey),
  'openrouter-credit': openrouter(402, {
    message:
      'This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 2666.',
    code: 402,
    metadata: { provider_name: null },
  }),
  'openrouter-free-daily': openrouter(
    429,
    {
      message: 'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
      code: 429,
      metadata: {
        headers: { 'X-RateLimit-Limit': '50', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1795392000000' },
      },
    },
    { 'X-RateLimit-Limit': '50', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1795392000000' },
  ),
  // An error under status 200 (providers.md 1.7).
  'openrouter-error-in-200': openrouter(200, {
    message: 'Provider disconnected mid-stream',
    code: 502,
    metadata: { error_type: 'provider_unavailable' },
  }),
  'xai-credit': {
    status: 429,
    headers: json,
    body: '{"code":"Some resource has been exhausted","error":"Your team has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}',
  },
  'xai-credit-403': {
    status: 403,
    headers: json,
    body: '{"code":"The caller does not have permission to execute the specified operation","error":"Your team has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}',
  },
  'xai-bad-key': {
    status: 400,
    headers: json,
    body: '{"code":"Client specified an invalid argument","error":"Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai."}',
  },
  'server-error': {
    status: 500,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>500 Internal Server Error</title></head><body>Internal Server Error</body></html>',
  },
  'bad-gateway': { status: 502, headers: { 'content-type': 'text/plain' }, body: 'error code: 502' },
} as const satisfies Record<string, FailureLiteral>
