/** What Claude Code 2.1.330 sends, to full size and in words of its own (real-clients.md 2). */
import { arrayOf, objectOf, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'
import { changed, newKey, type AgentRequest } from './agent-request.ts'
import { askUserQuestion, headlessTools, structuredOutput, undeferredTools } from './claude-code-tools.ts'
import { filledTo, filler } from './filler.ts'

const betas =
  'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,per-turn-control-2026-07-01,' +
  'mid-conversation-tool-changes-2026-07-01,thinking-token-count-2026-05-13,advanced-tool-use-2025-11-20,effort-2025-11-24'
const session = '6a1f2a52-93a0-4b7e-8f7e-0d9c4f3f0a11'

export const ephemeral = { type: 'ephemeral' }
const billingLine = 'x-anthropic-billing-header: cc_version=2.1.330.440; cc_entrypoint=sdk-cli;'
export const reminder =
  '<system-reminder>\nToday is a "Sunday" — the folder holds naïve.ts and 世界.md.\n</system-reminder>'

function headers(beta = betas): Record<string, string> {
  return {
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': 'claude-cli/2.1.330 (external, sdk-cli)',
    'x-claude-code-session-id': session,
    'x-stainless-package-version': '0.128.0',
    'x-stainless-retry-count': '0',
    'x-stainless-timeout': '600',
    'anthropic-beta': beta,
    'anthropic-dangerous-direct-browser-access': 'true',
    'anthropic-version': '2023-06-01',
    'x-api-key': newKey(),
    'x-app': 'cli',
  }
}

/** The first user message, and the system message behind it that describes the machine. */
function opening(prompt: string = planted.prompt): JsonObject[] {
  const environment = { type: 'text', text: `# Environment\n${filler(9000)}`, cache_control: ephemeral }
  return [
    {
      role: 'user',
      content: [
        { type: 'text', text: reminder },
        { type: 'text', text: prompt },
      ],
    },
    { role: 'system', content: [environment], output_config: { effort: 'medium' } },
  ]
}

function system(words: string): JsonObject[] {
  return [
    { type: 'text', text: billingLine },
    { type: 'text', text: 'You are an agent that works in a terminal.', cache_control: ephemeral },
    { type: 'text', text: words, cache_control: ephemeral },
  ]
}

function body(words: string): JsonObject {
  return {
    model: 'claude-opus-5-5',
    messages: opening(),
    system: system(words),
    tools: headlessTools,
    metadata: { user_id: JSON.stringify({ device_id: 'd'.repeat(64), account_uuid: '', session_id: session }) },
    max_tokens: 128_000,
    thinking: { type: 'adaptive', display: 'omitted' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    output_config: { effort: 'medium' },
    stream: true,
  }
}

const path = '/v1/messages?beta=true'

/** `claude -p "…"` with an API key. */
export function firstRequest(): AgentRequest {
  return { path, headers: headers(), body: filledTo(49_237, body) }
}

/** In a terminal: one more tool, thinking told as it goes on, and a classifier that wants to see the calls. */
export function interactiveRequest(): AgentRequest {
  const beta = `${betas},dangerous-tool-use-2026-09-03,thinking-display-updates-2026-08-18,afk-mode-2026-01-31`
  const context = { v: 1, permission_mode: 'auto', platform: 'linux', live_cwd: '/work' }
  const safeguards = [{ type: 'dangerous_tool_use', classifier_context: context }]
  const build = (words: string): JsonObject => ({
    ...body(words),
    tools: [askUserQuestion, ...headlessTools],
    thinking: { type: 'adaptive', display: 'updates' },
    safeguards,
  })
  const asked = { ...headers(beta), 'user-agent': 'claude-cli/2.1.330 (external, cli)' }
  return { path, headers: asked, body: filledTo(56_000, build) }
}

/** A model of before adaptive thinking: everything stands in `system`, and thinking has a budget. */
export function olderModelRequest(): AgentRequest {
  const build = (words: string): JsonObject => {
    const { output_config: _, ...rest } = body(words)
    return {
      ...rest,
      model: 'claude-sonnet-4-5',
      messages: opening().slice(0, 1),
      tools: undeferredTools,
      max_tokens: 32_000,
      thinking: { budget_tokens: 31_999, type: 'enabled', display: 'omitted' },
    }
  }
  return { path, headers: headers(), body: filledTo(87_000, build) }
}

/** With CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: nothing deferred, but still a system message inside `messages`. */
export function withoutBetasRequest(): AgentRequest {
  const build = (words: string): JsonObject => {
    const { context_management: _, ...rest } = body(words)
    return { ...rest, tools: undeferredTools }
  }
  const plain = 'claude-code-20250219,interleaved-thinking-2025-05-14,effort-2025-11-24'
  return { path, headers: headers(plain), body: filledTo(78_000, build) }
}

/** Somebody's subscription: a bearer token, and cache marks that live an hour. */
export function subscriptionRequest(): AgentRequest {
  const { headers: asked, body: sent } = firstRequest()
  const { 'x-api-key': key, ...rest } = asked
  const text = JSON.stringify(sent).replaceAll('"type":"ephemeral"', '"type":"ephemeral","ttl":"1h"')
  const beta = `${betas},oauth-2025-04-20,extended-cache-ttl-2025-04-11`
  const hourly: JsonObject = JSON.parse(text)
  return { path, headers: { ...rest, 'anthropic-beta': beta, authorization: `Bearer ${key}` }, body: hourly }
}

/** Work that is handed to a small model on the side. */
export function subagentRequest(): AgentRequest {
  const request = firstRequest()
  const [billing, ...others] = system(filler(3000))
  return changed(
    request,
    {
      model: 'claude-haiku-5-5',
      system: [{ ...billing, text: `${billingLine} cc_is_subagent=true;` }, ...others],
      tools: headlessTools.filter(({ name }) => name !== 'Agent'),
    },
    { 'x-claude-code-agent-id': 'a1', 'x-claude-code-parent-agent-id': 'a0' },
  )
}

/** The WebSearch tool asks the model on the side, with a tool that its provider runs. */
export function webSearchRequest(): AgentRequest {
  const build = (words: string): JsonObject => ({
    model: 'claude-opus-5-5',
    messages: [
      { role: 'user', content: [{ type: 'text', text: `Perform a web search for the query: ${planted.prompt}` }] },
    ],
    system: [
      { type: 'text', text: billingLine },
      { type: 'text', text: `You look things up. ${words}` },
    ],
    tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }],
    max_tokens: 32_000,
    stream: true,
  })
  return { path, headers: headers(), body: filledTo(900, build) }
}

/** `--json-schema`: the answer is to be the call of one more tool. */
export function structuredRequest(): AgentRequest {
  return changed(firstRequest(), { tools: [...headlessTools, structuredOutput] })
}

/** `/compact`: all tools, and a last message that is a plain string. */
export function compactionRequest(): AgentRequest {
  const build = (words: string): JsonObject => ({
    ...body('Short.'),
    messages: [
      ...settled(opening()),
      { role: 'assistant', content: [{ type: 'text', text: `Done. ${words}` }] },
      { role: 'user', content: 'Write a summary of everything so far, and nothing else. Do not use any tools.' },
    ],
  })
  return { path, headers: headers(), body: filledTo(63_000, build) }
}

/** What it repeats after a stream that broke. */
export function unstreamed(request: AgentRequest): AgentRequest {
  return changed(request, { stream: false, max_tokens: 64_000 }, { 'x-stainless-timeout': '300' })
}

/** `/context` counts each part of a request on its own. */
export function countRequest(tools: JsonObject[]): AgentRequest {
  return {
    path: '/v1/messages/count_tokens?beta=true',
    headers: headers('token-counting-2024-11-01'),
    body: { model: 'claude-opus-5-5', messages: [{ role: 'user', content: 'foo' }], tools },
  }
}

/** The conversation after one more answer and what the client says to it. */
export function followUp(request: AgentRequest, ...more: JsonValue[]): AgentRequest {
  return changed(request, { messages: [...settled(arrayOf(request.body['messages'])), ...more] })
}

/** The system message is a plain string as soon as it no longer holds the cache mark. */
function settled(messages: JsonValue[]): JsonValue[] {
  return messages.map(objectOf).map((message) => {
    const text = objectOf(arrayOf(message['content'])[0])['text']
    return message['role'] === 'system' && text !== undefined ? { ...message, content: text } : message
  })
}
