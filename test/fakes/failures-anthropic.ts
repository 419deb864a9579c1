/** Anthropic's failures as literals (providers.md 1.1, 2.1, 2.2). */

import type { FailureLiteral } from './failures.ts'

const requestId = 'req_011CSHoEeqs5C35K2UUqR7Fy'

function anthropic(
  status: number,
  error: { type: string; message: string; details?: { error_code: string } },
  headers: Readonly<Record<string, string>> = {},
): FailureLiteral {
  return {
    status,
    headers: { 'content-type': 'application/json', 'request-id': requestId, ...headers },
    body: JSON.stringify({ type: 'error', error, request_id: requestId }),
  }
}

/** The per-minute budget's headers, spent (providers.md 2.1). */
const spentMinute = {
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-requests-remaining': '47',
  'anthropic-ratelimit-requests-reset': '2026-11-22T10:00:02Z',
  'anthropic-ratelimit-input-tokens-limit': '30000',
  'anthropic-ratelimit-input-tokens-remaining': '0',
  'anthropic-ratelimit-input-tokens-reset': '2026-11-22T10:00:37Z',
}

/** A drained five-hour window of a subscription (providers.md 2.2): only headers tell it from a rate limit. */
const drainedSubscription = {
  'anthropic-ratelimit-unified-status': 'rejected',
  'anthropic-ratelimit-unified-reset': '1778479200',
  'anthropic-ratelimit-unified-representative-claim': 'five_hour',
  'anthropic-ratelimit-unified-5h-status': 'rejected',
  'anthropic-ratelimit-unified-5h-utilization': '1.08',
  'anthropic-ratelimit-unified-5h-reset': '1778479200',
  'anthropic-ratelimit-unified-7d-status': 'allowed',
  'anthropic-ratelimit-unified-7d-utilization': '0.69',
  'anthropic-ratelimit-unified-7d-reset': '1778900000',
  'anthropic-ratelimit-unified-fallback-percentage': '0.5',
  'anthropic-ratelimit-unified-overage-status': 'rejected',
}

/** One model's weekly window is drained; the other models keep working (providers.md 2.2). */
const drainedModel = {
  'anthropic-ratelimit-unified-status': 'rejected',
  'anthropic-ratelimit-unified-representative-claim': 'seven_day_overage_included',
  'anthropic-ratelimit-unified-7d-status': 'allowed',
  'anthropic-ratelimit-unified-7d-utilization': '0.69',
  'anthropic-ratelimit-unified-7d_oi-status': 'rejected',
  'anthropic-ratelimit-unified-7d_oi-utilization': '1.02',
}

const accountLimit = "This request would exceed your account's rate limit. Please try again later."

export const anthropicFailures = {
  'anthropic-credit': anthropic(400, {
    type: 'invalid_request_error',
    message:
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  }),
  'anthropic-usage-limit': anthropic(400, {
    type: 'invalid_request_error',
    message: 'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
  }),
  'anthropic-workspace-limit': anthropic(400, {
    type: 'invalid_request_error',
    message:
      'You have reached your specified workspace API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
  }),
  'anthropic-tier-cap': anthropic(429, {
    type: 'rate_limit_error',
    message:
      "You have reached your API usage limits: your organization has crossed its monthly API usage threshold, set based on your organization's API tier. You will regain access on 2026-09-01 at 00:00 UTC.",
    details: { error_code: 'enforced_spend_limit_reached' },
  }),
  'anthropic-billing': anthropic(402, {
    type: 'billing_error',
    message: 'There is an issue with the billing of the linked organization.',
    details: { error_code: 'linked_organization_spend_limit_reached' },
  }),
  'anthropic-gateway-spend': anthropic(
    429,
    { type: 'billing_error', message: 'spend limit reached (daily; resets 2026-08-08 00:00 UTC)' },
    { 'x-should-retry': 'false', 'retry-after': '43200' },
  ),
  'anthropic-rate-limit': anthropic(
    429,
    {
      type: 'rate_limit_error',
      message:
        'This request would exceed the rate limit for your organization (00000000-0000-4000-8000-000000000000) of 30,000 input tokens per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact sales to discuss your options for a rate limit increase.',
    },
    { ...spentMinute, 'retry-after': '37' },
  ),
  'anthropic-ramp-limit': anthropic(
    429,
    {
      type: 'rate_limit_error',
      message: 'Your request rate has increased too quickly. Please increase it gradually.',
      details: { error_code: 'ramp_limit_exceeded' },
    },
    { 'retry-after': '20' },
  ),
  'anthropic-subscription': anthropic(
    429,
    { type: 'rate_limit_error', message: accountLimit },
    { ...drainedSubscription, 'retry-after': '7999' },
  ),
  'anthropic-subscription-model': anthropic(
    429,
    { type: 'rate_limit_error', message: accountLimit },
    { ...drainedModel, 'retry-after': '121320' },
  ),
  'anthropic-subscription-credits': anthropic(
    429,
    { type: 'rate_limit_error', message: accountLimit },
    {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-overage-status': 'rejected',
      'anthropic-ratelimit-unified-overage-disabled-reason': 'out_of_credits',
      'x-should-retry': 'true',
    },
  ),
  'anthropic-long-context': anthropic(429, {
    type: 'rate_limit_error',
    message: 'Extra usage is required for long context requests.',
  }),
  'anthropic-overloaded': anthropic(529, { type: 'overloaded_error', message: 'Overloaded' }),
  'anthropic-api-error': anthropic(500, { type: 'api_error', message: 'Internal server error' }),
  'anthropic-timeout': anthropic(504, { type: 'timeout_error', message: 'Request timed out' }),
  'anthropic-bad-key': anthropic(401, { type: 'authentication_error', message: 'invalid x-api-key' }),
  'anthropic-expired-token': anthropic(401, {
    type: 'authentication_error',
    message: 'OAuth token has expired. Please obtain a new token or refresh your existing token.',
  }),
  'anthropic-permission': anthropic(403, {
    type: 'permission_error',
    message: 'OAuth authentication is currently not allowed for this organization.',
  }),
  'anthropic-claude-code-only': anthropic(400, {
    type: 'invalid_request_error',
    message: 'This credential is only authorized for use with Claude Code and cannot be used for other API requests.',
  }),
  'anthropic-bad-request': anthropic(400, {
    type: 'invalid_request_error',
    message: 'messages: text content blocks must be non-empty',
  }),
  'anthropic-too-long': anthropic(400, {
    type: 'invalid_request_error',
    message: 'prompt is too long: 219898 tokens > 200000 maximum',
  }),
  'anthropic-too-large': anthropic(413, {
    type: 'request_too_large',
    message: 'Request exceeds the maximum size',
  }),
  'anthropic-unknown-model': anthropic(404, {
    type: 'not_found_error',
    message: 'model: claude-3-5-haiku-20241022',
  }),
} as const satisfies Record<string, FailureLiteral>
