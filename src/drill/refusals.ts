/** How the simulated provider refuses, in the words of the real ones: Anthropic's for Messages, OpenAI's for the other two (providers.md 1.1, 1.2). */
import type { DialectName } from '../ir/request.ts'

export type RefusalName =
  | 'credit'
  | 'five-hours'
  | 'rate-limit'
  | 'overloaded'
  | 'server-error'
  | 'bad-key'
  | 'bad-request'

export interface Refusal {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** A limit lasts `lastsMs` from now on, in whole seconds, as providers say it. */
export function refusalIn(dialect: DialectName, name: RefusalName, nowMs: number, lastsMs: number): Refusal {
  const times = { waitS: Math.ceil(lastsMs / 1000), resetsAtS: endOfLimitMs(nowMs, lastsMs) / 1000 }
  return dialect === 'anthropic' ? inAnthropicsWords(name, times) : inOpenAisWords(name, times)
}

/** Rounded up: no provider takes requests earlier than it said. */
export function endOfLimitMs(nowMs: number, lastsMs: number): number {
  return Math.ceil((nowMs + lastsMs) / 1000) * 1000
}

interface Times {
  waitS: number
  resetsAtS: number
}

/** providers.md 1.1, and 2.2 for the subscription's five hours. */
function inAnthropicsWords(name: RefusalName, { waitS, resetsAtS }: Times): Refusal {
  switch (name) {
    case 'credit':
      return anthropic(
        400,
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      )
    case 'five-hours':
      return anthropic(
        429,
        'rate_limit_error',
        "This request would exceed your account's rate limit. Please try again later.",
        {
          'retry-after': String(waitS),
          'anthropic-ratelimit-unified-status': 'rejected',
          'anthropic-ratelimit-unified-reset': String(resetsAtS),
          'anthropic-ratelimit-unified-representative-claim': 'five_hour',
          'anthropic-ratelimit-unified-5h-status': 'rejected',
          'anthropic-ratelimit-unified-5h-utilization': '1.08',
          'anthropic-ratelimit-unified-5h-reset': String(resetsAtS),
        },
      )
    case 'rate-limit':
      return anthropic(
        429,
        'rate_limit_error',
        "This request would exceed your organization's rate limit of 30,000 input tokens per minute.",
        { 'retry-after': String(waitS) },
      )
    case 'overloaded':
      return anthropic(529, 'overloaded_error', 'Overloaded')
    case 'server-error':
      return anthropic(500, 'api_error', 'Internal server error')
    case 'bad-key':
      return anthropic(401, 'authentication_error', 'invalid x-api-key')
    case 'bad-request':
      return anthropic(400, 'invalid_request_error', 'messages: text content blocks must be non-empty')
  }
}

function inOpenAisWords(name: RefusalName, { waitS, resetsAtS }: Times): Refusal {
  switch (name) {
    case 'credit':
      return openai(
        429,
        'insufficient_quota',
        'insufficient_quota',
        'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
      )
    case 'five-hours':
      return {
        status: 429,
        headers: {},
        body: JSON.stringify({ error: { type: 'usage_limit_reached', plan_type: 'plus', resets_at: resetsAtS } }),
      }
    case 'rate-limit':
      return openai(
        429,
        'tokens',
        'rate_limit_exceeded',
        `Rate limit reached for gpt-4.1 in organization org-drill on tokens per min (TPM): Limit 30000, Used 30000, Requested 159. Please try again in ${waitS}s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
        { 'retry-after': String(waitS) },
      )
    case 'overloaded':
      return openai(
        503,
        'service_unavailable_error',
        'server_is_overloaded',
        'The engine is currently overloaded, please try again later',
      )
    case 'server-error':
      return openai(
        500,
        'server_error',
        null,
        'The server had an error while processing your request. Sorry about that!',
      )
    case 'bad-key':
      return openai(
        401,
        'invalid_request_error',
        'invalid_api_key',
        'Incorrect API key provided: drill. You can find your API key at https://platform.openai.com/account/api-keys.',
      )
    case 'bad-request':
      return openai(400, 'invalid_request_error', 'invalid_value', "Invalid value: 'robot'.")
  }
}

function anthropic(status: number, type: string, message: string, headers: Record<string, string> = {}): Refusal {
  const body = { type: 'error', error: { type, message }, request_id: 'req_drill' }
  return { status, headers: { 'request-id': 'req_drill', ...headers }, body: JSON.stringify(body) }
}

function openai(
  status: number,
  type: string,
  code: string | null,
  message: string,
  headers: Record<string, string> = {},
): Refusal {
  const body = { error: { message, type, param: null, code } }
  return { status, headers: { 'x-request-id': 'req_drill', ...headers }, body: JSON.stringify(body) }
}
