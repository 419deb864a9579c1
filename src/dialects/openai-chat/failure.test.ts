import { describe, expect, it } from 'vitest'
import { catalogue } from '../../ir/failure.ts'
import type { Failure, FailureKind } from '../../ir/failure.ts'
import { parseJson } from '../../ir/json.ts'
import type { JsonValue } from '../../ir/json.ts'
import { decodeFailure, encodeFailure } from './failure.ts'
import { causes } from '../../../test/causes.ts'

const nowMs = Date.UTC(2026, 2, 15, 12, 0, 0)

function decode(status: number | undefined, body: JsonValue | undefined, headers: Record<string, string> = {}) {
  return decodeFailure({ status, headers, body, text: '', nowMs })
}

/** A failure in the words of the tables below: kind, what, scope, and `+` the milliseconds until the stated reset. */
function outcome(failure: Failure): string {
  if (failure.kind === 'too-long') return `too-long ${failure.promptTokens ?? '?'}/${failure.windowTokens ?? '?'}`
  if (failure.kind !== 'quota-spent' && failure.kind !== 'rate-limited') return failure.kind
  const what = failure.kind === 'quota-spent' ? [failure.what] : []
  return [failure.kind, ...what, failure.scope, ...wait(failure.resetsAtMs)].join(' ')
}

function wait(resetsAtMs: number | undefined): string[] {
  return resetsAtMs === undefined ? [] : [`+${resetsAtMs - nowMs}`]
}

/** One case a line: status (`-` inside a stream) | outcome | name | body as on the wire | headers. */
function cases(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ \| ?/))
}

function check(status = '', expected = '', _name = '', body = '', headers = '{}') {
  const failure = decode(status === '-' ? undefined : Number(status), parseJson(body), JSON.parse(headers || '{}'))
  expect(outcome(failure)).toBe(expected)
  expect(parseJson(body) !== undefined).toBe(body !== '')
  expect(failure.message).not.toBe('')
}

describe('decodeFailure', () => {
  it.each(
    cases(`
      429 | quota-spent quota account | OpenAI | {"error":{"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}
      429 | quota-spent quota account | OpenAI in 2023, without a code | {"error":{"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.","type":"insufficient_quota","param":null,"code":null}}
      429 | quota-spent quota account | OpenAI usage limit | {"error":{"message":"Spent.","type":"insufficient_quota","param":null,"code":"organization_usage_limit_exceeded"}}
      429 | quota-spent credit account | OpenAI credit | {"error":{"message":"Spent.","type":"insufficient_quota","param":null,"code":"credit_balance_exhausted"}}
      429 | quota-spent credit account | OpenAI organisation limit | {"error":{"message":"x","type":"insufficient_quota","param":null,"code":"organization_spend_limit_exceeded"}}
      429 | quota-spent credit account | OpenAI project limit | {"error":{"message":"x","type":"insufficient_quota","param":null,"code":"project_spend_limit_exceeded"}}
      400 | quota-spent credit account | OpenAI images | {"error":{"message":"Billing hard limit","type":"invalid_request_error","param":null,"code":"billing_hard_limit_reached"}}
      429 | quota-spent quota account +4903200000 | ChatGPT plan | {"error":{"type":"usage_limit_reached","plan_type":"plus","resets_at":1778479200}}
      429 | quota-spent quota account | ChatGPT plan without Codex | {"error":{"type":"usage_not_included","plan_type":"free"}}
      429 | quota-spent quota model +578016 | Groq per day | {"error":{"message":"Rate limit reached for model \`llama-3.3-70b-versatile\` in organization \`org_…\` service tier \`on_demand\` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing","type":"tokens","code":"rate_limit_exceeded"}}
      429 | quota-spent quota model +86000 | Groq requests per day | {"error":{"message":"Rate limit reached for model \`x\` … on requests per day (RPD): Limit 1000. Please try again in 1m26s.","type":"requests","code":"rate_limit_exceeded"}}
      402 | quota-spent credit account | Mistral | {"message":"Payment required"}
      402 | quota-spent credit account | Together | {"id":"o…","error":{"message":"Credit limit exceeded. Please navigate to https://api.together.xyz/settings/billing to add credit or upgrade your plan.","type":"credit_limit","param":null,"code":null}}
      429 | quota-spent quota model | Gemini per day, with a pause of seconds that is not its end | {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"25s"}]}}
      429 | quota-spent quota model +65205000 | Gemini per day, with its end | {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}},{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"65205s"}]}}
      429 | quota-spent quota model | Gemini per day on the OpenAI-compatible endpoint | [{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"25s"}]}}]
      429 | quota-spent quota model +301000 | Gemini with a wait no minute has | {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"301s"}]}}
      429 | quota-spent quota model | Gemini without a free tier for the model | {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\\n* Quota exceeded for metric: requests, limit: 0, model: x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"26s"}]}}
      429 | quota-spent credit account | Gemini plan credits | {"error":{"code":429,"message":"Out of credits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"INSUFFICIENT_G1_CREDITS_BALANCE"}]}}
      402 | quota-spent credit account | Gemini prepaid | {"error":{"code":402,"message":"Prepaid credit is depleted.","status":"RESOURCE_EXHAUSTED"}}
      429 | quota-spent quota account +43200000 | OpenRouter free models, with the end of the day | {"error":{"message":"Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1773619200000"}}}}
      429 | quota-spent quota account | OpenRouter free models, cut before the reset | {"error":{"message":"Rate limit exceeded: free-models-per-day-high-balance. ","code":429,"metadata":{"headers":{"X-RateLimit-Reset":"…"}}}}
      429 | quota-spent quota account | OpenRouter by limit source | {"error":{"message":"Slow.","code":429,"metadata":{"limit_source":"openrouter_free_tier_daily"}}}
      402 | quota-spent credit account | OpenRouter credits | {"error":{"message":"This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 2666. …","code":402,"metadata":{"provider_name":null}},"user_id":"user_…"}
      402 | quota-spent credit account | DeepSeek | {"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}
      429 | quota-spent credit account | xAI with 429 | {"code":"Some resource has been exhausted","error":"Your team 8c268de0-42ec-4474-b4b6-4c92c1f97827 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}
      403 | quota-spent credit account | xAI with 403 | {"code":"The caller does not have permission to execute the specified operation","error":"Your team 8c268de0-42ec-4474-b4b6-4c92c1f97827 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}
      403 | quota-spent credit account | xAI before the first purchase | {"code":"permission-denied","error":"Your newly created team doesn't have any credits or licenses yet. You can purchase those on …"}
      400 | quota-spent credit account | Anthropic on its OpenAI-compatible endpoint | {"error":{"message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}
    `),
  )('sees a spent quota: %s, %s: %s', check)

  it.each(
    cases(`
      429 | rate-limited model +174 | OpenAI | {"error":{"message":"Rate limit reached for gpt-4.1 in organization org-… on tokens per min (TPM): Limit 30000, Used 18928, Requested 11159. Please try again in 174ms. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}
      429 | rate-limited model +250 | OpenAI with a header | {"error":{"message":"Rate limit reached for gpt-4.1 in organization org-… on tokens per min (TPM): Limit 30000, Used 18928, Requested 11159. Please try again in 174ms. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}} | {"retry-after-ms":"250"}
      429 | rate-limited model +360000 | OpenAI dated by its dimension alone | {"error":{"message":"Rate limit reached.","type":"requests","param":null,"code":"rate_limit_exceeded"}} | {"x-ratelimit-remaining-requests":"0","x-ratelimit-reset-requests":"6m0s"}
      429 | rate-limited request | OpenAI, bigger than a whole minute | {"error":{"message":"Request too large for gpt-4o in organization org-… on tokens per min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced in order to run successfully.","type":"tokens","param":null,"code":"rate_limit_exceeded"}} | {"retry-after":"60"}
      413 | rate-limited request | Groq, bigger than a whole minute | {"error":{"message":"Request too large for model … on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again. …","type":"tokens","code":"rate_limit_exceeded"}}
      429 | rate-limited model | Mistral | {"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300","raw_status_code":429}
      429 | rate-limited model | Mistral, bare | {"message":"Requests rate limit exceeded"}
      429 | rate-limited model | Together, whose type says credit | {"error":{"message":"You have been rate limited. Your rate limit is 60 queries per minute. …","type":"credit_limit","param":null,"code":null}}
      429 | rate-limited model +34075 | Gemini per minute | {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.074824224s"}]}}
      429 | rate-limited model +900 | Gemini OpenAI-compatible | [{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute-FreeTier","quotaDimensions":{"model":"gemini-2.5-flash"}}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"900ms"}]}}]
      429 | rate-limited model +26300 | Gemini with a limit that only begins with a zero | {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\\n* limit: 0.5, model: x. Please retry in 26.3s.","status":"RESOURCE_EXHAUSTED"}}
      429 | rate-limited model | Gemini without details | {"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}
      499 | rate-limited model | Gemini cancelled | {"error":{"code":499,"message":"The operation was cancelled.","status":"CANCELLED"}}
      429 | rate-limited model +60000 | OpenRouter | {"error":{"code":429,"message":"Rate limit exceeded","metadata":{"error_type":"rate_limit_exceeded"}}} | {"retry-after":"60"}
      402 | rate-limited account +5000 | OpenRouter budget of requests in flight | {"error":{"code":402,"message":"In flight.","metadata":{"limit_source":"openrouter_in_flight_budget"}}} | {"retry-after":"5"}
      429 | rate-limited account | OpenRouter free models per minute | {"error":{"message":"Rate limit exceeded: free-models-per-min. ","code":429}}
      429 | rate-limited account +60000 | OpenRouter, dated by its header | {"error":{"message":"Rate limit exceeded: free-models-per-min. ","code":429}} | {"x-ratelimit-reset":"1773576060000"}
      429 | rate-limited model +22000 | Azure | {"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2023-12-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 22 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."}}
      429 | rate-limited model | Azure Responses, whose headers say nothing | {"error":{"code":"429","message":"Too many requests."}} | {"x-ratelimit-remaining-tokens":"-1","x-ratelimit-reset-tokens":"0"}
      429 | rate-limited model | Anthropic on its OpenAI-compatible endpoint | {"error":{"message":"This request would exceed your …","type":"invalid_request_error","param":null,"code":"rate_limit_error"}}
    `),
  )('sees a rate limit: %s, %s: %s', check)

  it.each(
    cases(`
      503 | overloaded | OpenAI overloaded | {"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error","param":null,"code":null}}
      503 | overloaded | OpenAI Slow Down | {"error":{"message":"Slow Down","type":"server_error","param":null,"code":null}}
      503 | overloaded | Codex overloaded | {"error":{"message":"Busy.","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}}
      503 | overloaded | Codex slow_down | {"error":{"message":"Busy.","type":"service_unavailable_error","param":null,"code":"slow_down"}}
      498 | overloaded | Groq flex tier | {"error":{"message":"Flex capacity.","type":"capacity_exceeded","param":null,"code":null}}
      503 | overloaded | Groq over capacity | {"error":{"message":"llama is currently over capacity. Please try again and back off exponentially. Visit https://groqstatus.com to see if there is an active incident.","type":"internal_server_error"}}
      429 | overloaded | Mistral capacity | {"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}
      503 | overloaded | Together overloaded | {"error":{"message":"Engine Overloaded","type":"server_error","param":null,"code":null}}
      503 | overloaded | Gemini overloaded | {"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}
      429 | overloaded | Gemini without capacity | {"error":{"code":429,"message":"No capacity available for model x on the server","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"MODEL_CAPACITY_EXHAUSTED"}]}}
      503 | overloaded | OpenRouter provider overloaded | {"error":{"code":503,"message":"Provider error","metadata":{"error_type":"provider_overloaded"}}}
      503 | overloaded | OpenRouter capacity | {"error":{"code":503,"message":"None left","availability":{"code":"capacity_exhausted","retryable":true}}}
      429 | overloaded | Azure high demand | {"error":{"code":"429","message":"System is experiencing high demand …"}}
      500 | server-error | a server error | {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}
      503 | server-error | a bare 503 |  |
      502 | server-error | a bare 502 |  |
      408 | server-error | OpenRouter timeout | {"error":{"code":408,"message":"Timed out","metadata":{"error_type":"timeout"}}}
      401 | bad-key | OpenAI bad key | {"error":{"message":"Incorrect API key provided: sk-…. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}
      401 | bad-key | Groq bad key | {"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}
      401 | bad-key | Mistral bad key | {"message":"Unauthorized","request_id":"933f…"}
      401 | bad-key | Mistral bad key, by detail | {"detail":"Unauthorized"}
      401 | bad-key | Mistral bad key, empty |  |
      400 | bad-key | Gemini bad key | {"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}
      400 | bad-key | Gemini bad key in other words | {"error":{"code":400,"message":"Schlüssel","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}
      400 | bad-key | Gemini bad key, OpenAI-compatible without details | [{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]
      400 | bad-key | xAI bad key | {"code":"Client specified an invalid argument","error":"Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai."}
      403 | forbidden | a missing permission | {"error":{"code":403,"message":"No.","status":"PERMISSION_DENIED"}}
      403 | forbidden | xAI permission | {"code":"permission-denied","error":"Not for you."}
      404 | unknown-model | OpenAI model | {"error":{"message":"The model \`x\` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}
      404 | unknown-model | a model by sentence alone | {"error":{"message":"The model \`x\` does not exist","type":null,"param":null,"code":null}}
      404 | unknown-model | Azure deployment | {"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. …"}}
      400 | unknown-model | Mistral model | {"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}
      400 | unknown-model | DeepSeek model | {"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}
      404 | unknown-model | Gemini model | {"error":{"code":404,"message":"models/gemini-pro is not found for API version v1beta, or is not supported for generateContent.","status":"NOT_FOUND"}}
      400 | unknown-model | OpenRouter model | {"error":{"message":"google/x:free is not a valid model ID","code":400},"user_id":"user_…"}
      404 | unknown-model | OpenRouter model without endpoint | {"error":{"message":"No endpoints found for a/b:free.","code":404}}
      404 | unknown-model | Ollama on /v1 | {"error":{"message":"model 'x' not found","type":"not_found_error","param":null,"code":null}}
      404 | unknown-model | LM Studio without a model | {"error":{"message":"No models loaded. Please load a model in the developer page or use the 'lms load' command.","type":"invalid_request_error","param":null,"code":null}}
      400 | content-refused | Azure content filter | {"error":{"code":"content_filter","message":"Filtered.","innererror":{"code":"ResponsibleAIPolicyViolation"}}}
      400 | content-refused | OpenAI policy | {"error":{"message":"Refused.","type":"invalid_request_error","param":null,"code":"content_policy_violation"}}
      403 | content-refused | OpenRouter moderation | {"error":{"code":403,"message":"Flagged","metadata":{"reasons":["violence"],"flagged_input":"…"}}}
      403 | content-refused | OpenRouter refusal | {"error":{"code":403,"message":"No","metadata":{"error_type":"refusal"}}}
    `),
  )('tells other failures apart: %s, %s: %s', check)

  it.each(
    cases(`
      400 | too-long 204308/128000 | OpenAI | {"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 204308 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}
      400 | too-long 122942/131072 | DeepSeek | {"error":{"message":"This model's maximum context length is 131072 tokens. However, you requested 131134 tokens (122942 in the messages, 8192 in the completion). Please reduce …","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}
      400 | too-long 5000/4096 | vLLM | {"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens …","type":"BadRequestError","code":400}
      400 | too-long ?/? | OpenAI without counts | {"error":{"message":"Too long.","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}
      400 | too-long ?/? | OpenAI Responses | {"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":null,"param":null,"code":null}}
      403 | too-long ?/? | Together | {"error":{"message":"input + max_tokens is above the context length of the model","type":null,"param":null,"code":null}}
      422 | too-long 3997/4096 | Together validation | {"error":{"message":"Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= 4096. Given: 3997 \`inputs\` tokens and 100 \`max_new_tokens\`","type":null,"param":null,"code":null}}
      400 | too-long 1196265/1048575 | Gemini | {"error":{"code":400,"message":"The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).","status":"INVALID_ARGUMENT"}}
      400 | too-long ?/? | OpenRouter | {"error":{"code":400,"message":"Too long","metadata":{"error_type":"context_length_exceeded"}}}
      400 | too-long 136973/131072 | xAI | {"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 136973 tokens."}
      400 | too-long 1809/1024 | llama-server | {"error":{"code":400,"message":"request (1809 tokens) exceeds …","type":"exceed_context_size_error","n_prompt_tokens":1809,"n_ctx":1024}}
      500 | too-long 20652/8192 | LocalAI | {"error":{"code":500,"message":"rpc error: code = Internal desc = request (20652 tokens) exceeds the available context size (8192 tokens), try increasing it","type":""}}
      500 | too-long ?/? | LocalAI with an older llama.cpp | {"error":{"code":500,"message":"rpc error: code = Unknown desc = the request exceeds the available context size. try increasing the context size or enable context shift","type":""}}
      500 | too-long ?/? | llama-server whose slots share a cache | {"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}
      400 | too-long ?/32768 | LM Studio | {"error":"Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens, which is not enough. Try …"}
    `),
  )('counts a prompt too long: %s, %s: %s', check)

  it.each(
    cases(`
      200 | quota-spent credit account | of an OpenRouter body | {"error":{"code":402,"message":"Insufficient credits"}}
      200 | server-error | of an OpenRouter choice | {"choices":[{"message":{"role":"assistant","content":"partial output..."},"finish_reason":"error","error":{"code":502,"message":"Provider disconnected mid-stream","metadata":{"error_type":"provider_unavailable"}}}]}
      - | rate-limited model | of an OpenRouter chunk | {"id":"gen-abc123","object":"chat.completion.chunk","error":{"code":429,"message":"Rate limit exceeded","metadata":{"error_type":"rate_limit_exceeded"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}
      - | quota-spent quota account | of an OpenAI chunk | {"error":{"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}
      - | overloaded | of a Gemini chunk | {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}
      - | server-error | of a Groq chunk | {"id":"x","x_groq":{"id":"req","error":"engine stopped"}}
      - | server-error | with nothing known in it | {"error":{"message":"Something broke"}}
      200 | bad-request | of LM Studio, for a wrong path | {"error":"Unexpected endpoint or method. (POST /chat/completions)"}
    `),
  )('reads an error inside a 200: %s, %s: %s', check)

  it.each([
    [400, "Invalid 'messages[0].content': 'You exceeded your current quota' …"],
    [400, 'You exceeded your current quota of tools: at most 128 are allowed.'],
    [400, 'Rate limit reached for the field `x` on tokens per day (TPD)'],
    [400, "The text 'Incorrect API key provided' is not valid JSON"],
    [400, 'Your team a has either used all available credits or reached its monthly spending limit'],
    [400, "'insufficient_quota' is not one of ['auto', 'none']"],
    [400, "Messages quoting: This model's maximum context length is 5 tokens."],
    [400, "Unsupported parameter: 'overloaded'"],
    [404, 'Not Found'],
    [404, 'No endpoints found that support tool use.'],
    [404, 'Invalid URL (POST /v1/model/chat)'],
    [422, 'The system is overloaded with fields'],
    [409, 'Conflict'],
  ])('leaves a bad request what it is: %i %j', (status, message) => {
    const error = { message, type: 'invalid_request_error', param: null, code: null }
    expect(decode(status, { error }).kind).toBe('bad-request')
  })

  it('repeats the status of an answer, and no status that only its words imply', () => {
    const body = { error: { message: 'x', type: 'insufficient_quota', code: 'credit_balance_exhausted' } }
    expect(decode(429, body)).toMatchObject({ status: 429, code: 'credit_balance_exhausted' })
    expect(decode(undefined, body)).not.toHaveProperty('status')
  })

  it('takes the end of the plan from the headers where the body names none', () => {
    const headers = { 'x-codex-primary-used-percent': '100', 'x-codex-primary-reset-at': '1778479200' }
    const failure = decode(429, { error: { type: 'usage_limit_reached' } }, headers)
    expect(failure).toMatchObject({ resetsAtMs: 1_778_479_200_000 })
  })

  it('names the code and the finding of a bad request', () => {
    const body = { object: 'error', message: 'Tool call id was x', type: 'invalid_function_call', code: '3280' }
    expect(decode(400, body)).toMatchObject({ kind: 'bad-request', code: '3280' })
    const schema = { detail: [{ loc: ['body', 'model'], msg: 'Field required', type: 'missing' }] }
    expect(decode(422, schema)).toMatchObject({ kind: 'bad-request', message: 'Field required' })
  })
})

describe('encodeFailure', () => {
  it('knows every kind of the catalogue', () => {
    expect(Object.keys(causes).sort()).toEqual(Object.keys(catalogue).sort())
  })

  it.each(Object.values(causes))('has a status, a type and a code for $kind', (cause) => {
    const { status, body } = encodeFailure({ ...cause, message: 'Why.' })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).toEqual({
      error: { message: 'Why.', type: expect.any(String), param: null, code: expect.toSatisfy((code) => code !== '') },
    })
  })

  it.each<FailureKind>([
    'rate-limited',
    'overloaded',
    'server-error',
    'bad-key',
    'forbidden',
    'unknown-model',
    'too-long',
    'content-refused',
    'bad-request',
  ])('writes %s as it would read it', (kind) => {
    const { status, body } = encodeFailure({ ...causes[kind], message: 'Why.' })
    expect(decode(status, body).kind).toBe(kind)
  })

  it('writes a spent credit as Codex and the SDKs know a spent quota', () => {
    const { status, body } = encodeFailure({ ...causes['quota-spent'], message: 'Why.' })
    expect(decode(status, body)).toMatchObject({ kind: 'quota-spent', status: 429, code: 'insufficient_quota' })
  })
})
