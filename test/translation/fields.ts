/**
 * Every field that a request may have, with a value that makes a difference. `test/clients/types` holds the names against the
 * official SDKs' types, so that a new field of theirs is noticed.
 */
import type { JsonObject, JsonValue } from '../../src/ir/json.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

export const messagesFields = {
  model: 'another-model',
  messages: [{ role: 'user', content: 'Another question?' }],
  max_tokens: 77,
  system: 'Be brief.',
  stop_sequences: ['END'],
  temperature: 0.5,
  top_p: 0.9,
  top_k: 5,
  thinking: { type: 'enabled', budget_tokens: 2048 },
  tools: [{ name: 'run', description: 'Runs.', input_schema: schema }],
  tool_choice: { type: 'any' },
  metadata: { user_id: 'u1' },
  output_config: { effort: 'high', format: { type: 'json_schema', schema } },
  output_format: { type: 'json_schema', schema },
  stream: true,
  cache_control: { type: 'ephemeral' },
  container: 'container_1',
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  compaction: { type: 'auto' },
  billing_policy: 'standard',
  diagnostics: { previous_message_id: 'msg_1' },
  fallbacks: [{ model: 'claude-sonnet-4-5' }],
  fallback_credit_token: 'token',
  inference_geo: 'eu',
  mcp_servers: [{ type: 'url', name: 'docs', url: 'https://mcp.example' }],
  service_tier: 'auto',
  speed: 'fast',
  thread: { type: 'create' },
  user_profile_id: 'up_1',
  workspace_id: 'ws_1',
  safeguards: [{ type: 'dangerous_tool_use' }],
} satisfies JsonObject

export const chatFields = {
  model: 'another-model',
  messages: [{ role: 'user', content: 'Another question?' }],
  max_completion_tokens: 77,
  max_tokens: 78,
  stop: ['END'],
  temperature: 0.5,
  top_p: 0.9,
  top_k: 5,
  seed: 7,
  presence_penalty: 0.1,
  frequency_penalty: 0.2,
  reasoning_effort: 'high',
  tools: [{ type: 'function', function: { name: 'run', description: 'Runs.', parameters: schema } }],
  tool_choice: 'required',
  parallel_tool_calls: false,
  functions: [{ name: 'run', parameters: schema }],
  function_call: { name: 'run' },
  response_format: { type: 'json_schema', json_schema: { name: 'city', schema } },
  user: 'u1',
  stream: true,
  stream_options: { include_usage: true },
  audio: { voice: 'alloy', format: 'mp3' },
  logit_bias: { '50256': -100 },
  logprobs: true,
  top_logprobs: 2,
  metadata: { team: 'blue' },
  modalities: ['text', 'audio'],
  moderation: { type: 'auto' },
  n: 2,
  prediction: { type: 'content', content: 'x' },
  prompt_cache_key: 'k',
  prompt_cache_options: { ttl: '1h' },
  prompt_cache_retention: '24h',
  safety_identifier: 's1',
  service_tier: 'flex',
  store: true,
  verbosity: 'low',
  web_search_options: {},
} satisfies JsonObject

export const responsesFields = {
  model: 'another-model',
  input: 'Another question?',
  instructions: 'Be brief.',
  max_output_tokens: 77,
  temperature: 0.5,
  top_p: 0.9,
  reasoning: { effort: 'high' },
  tools: [{ type: 'function', name: 'run', description: 'Runs.', parameters: schema, strict: false }],
  tool_choice: 'required',
  parallel_tool_calls: false,
  text: { format: { type: 'json_schema', name: 'city', schema } },
  user: 'u1',
  stream: true,
  access_programs: {},
  background: true,
  client_metadata: { turn: '1' },
  context_management: [{ type: 'compaction' }],
  image: {},
  include: ['reasoning.encrypted_content'],
  max_tool_calls: 3,
  metadata: { team: 'blue' },
  moderation: { type: 'auto' },
  prompt_cache_key: 'k',
  prompt_cache_options: { ttl: '1h' },
  prompt_cache_retention: '24h',
  safety_identifier: 's1',
  service_tier: 'flex',
  store: false,
  stream_options: { include_obfuscation: false },
  top_logprobs: 2,
  truncation: 'auto',
} satisfies JsonObject

/** What only a provider can resolve: with `TRANSCRIPTS` on, Trooper does it (README, What crosses the switch). */
export const heldElsewhere = ['previous_response_id', 'conversation', 'prompt'] as const

export const ollamaFields = {
  model: 'another-model',
  messages: [{ role: 'user', content: 'Another question?' }],
  stream: false,
  tools: [{ type: 'function', function: { name: 'run', description: 'Runs.', parameters: schema } }],
  think: true,
  format: schema,
  options: { num_predict: 77, temperature: 0.5, top_p: 0.9, top_k: 5, seed: 7, stop: ['END'] },
  keep_alive: '1h',
  logprobs: true,
  top_logprobs: 2,
  truncate: true,
  shift: true,
} satisfies JsonObject

/** A field that has no meaning without another: the request that it is tried in has that too. */
export const needs: Readonly<Record<string, readonly string[]>> = {
  tool_choice: ['tools'],
  parallel_tool_calls: ['tools'],
  function_call: ['functions'],
}

export type Fields = Readonly<Record<string, JsonValue>>
