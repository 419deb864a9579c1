/** What Codex 0.169.0 sends, to full size and in words of its own (real-clients.md 3). */
import { arrayOf, objectOf, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'
import { changed, newKey, type AgentRequest } from './agent-request.ts'
import { builtInTools, customProviderTools, patchingTools } from './codex-tools.ts'
import { filledTo, filler } from './filler.ts'

const thread = '019a2f52-93a0-7b7e-8f7e-0d9c4f3f0a11'
const path = '/v1/responses'

function headers(): Record<string, string> {
  const metadata = { installation_id: thread, request_kind: 'turn', sandbox: 'none', workspace: filler(600) }
  return {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${newKey()}`,
    originator: 'codex_exec',
    'user-agent': 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.169.0)',
    'session-id': thread,
    'thread-id': thread,
    'x-client-request-id': thread,
    'x-codex-window-id': thread,
    'x-codex-beta-features': 'remote_compaction_v2',
    'x-codex-turn-metadata': JSON.stringify(metadata),
  }
}

export function message(role: 'user' | 'developer', ...texts: string[]): JsonObject {
  const content = texts.map((text) => ({ type: 'input_text', text }))
  return { type: 'message', id: `msg_${thread}`, role, content }
}

function input(words: string): JsonObject[] {
  return [
    message('developer', `You are a coding agent. ${filler(17_000)}`),
    message('developer', `<skills_instructions>${words}</skills_instructions>`, '<permissions instructions>Ask.'),
    message('user', '<environment_context>\n  <cwd>/work/naïve "世界"</cwd>\n</environment_context>'),
    message('user', planted.prompt),
  ]
}

const kept: JsonObject = {
  tool_choice: 'auto',
  store: false,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: thread,
  client_metadata: { 'x-codex-installation-id': thread },
}

function askCustomProvider(model: string, tools: JsonObject[], more: JsonObject = {}): AgentRequest {
  const build = (words: string): JsonObject => ({
    model,
    stream: true,
    input: input(words),
    tools,
    ...kept,
    parallel_tool_calls: true,
    reasoning: { summary: 'auto' },
    ...more,
  })
  return { path, headers: headers(), body: filledTo(39_000, build) }
}

/** A provider of the person's own in `config.toml`. */
export function customProviderRequest(): AgentRequest {
  return askCustomProvider('gpt-5-codex', customProviderTools)
}

/** The same with a model that patches files itself. */
export function patchingRequest(): AgentRequest {
  return askCustomProvider('gpt-5.5', patchingTools, { text: { verbosity: 'low' } })
}

/** Older versions name the shell by its type alone. */
export function localShellRequest(): AgentRequest {
  return changed(customProviderRequest(), { tools: [{ type: 'local_shell' }, ...customProviderTools.slice(1)] })
}

function stamped(item: JsonObject): JsonObject {
  return { ...item, internal_chat_message_metadata_passthrough: { turn_id: thread, create_time: 1_795_000_000.25 } }
}

/** OpenAI itself behind `openai_base_url`: its tools are an item of the input, and the last item is no message. */
export function builtInRequest(): AgentRequest {
  const build = (words: string): JsonObject => ({
    model: 'gpt-6.1-sol',
    stream: true,
    input: [
      { type: 'additional_tools', id: `at_${thread}`, role: 'developer', tools: builtInTools },
      stamped(message('developer', `You are a coding agent. ${filler(22_000)}`)),
      stamped(message('developer', `<skills_instructions>${words}</skills_instructions>`)),
      stamped(message('user', planted.prompt)),
      { type: 'configuration_update', reasoning: { effort: 'low' } },
    ],
    ...kept,
    parallel_tool_calls: false,
    reasoning: { effort: 'low', context: 'all_turns' },
    text: { verbosity: 'low' },
  })
  const lite = { 'x-openai-internal-codex-responses-lite': 'true' }
  return { path, headers: { ...headers(), ...lite }, body: filledTo(68_000, build) }
}

/** The conversation with more items; what configures the turn stays the last one. */
export function followUp(request: AgentRequest, ...more: JsonValue[]): AgentRequest {
  const items = arrayOf(request.body['input'])
  const isConfigured = objectOf(items.at(-1))['type'] === 'configuration_update'
  const [said, last] = isConfigured ? [items.slice(0, -1), items.slice(-1)] : [items, []]
  return changed(request, { input: [...said, ...more, ...last] })
}

/** With a provider of the person's own a compaction is an ordinary question. */
export function plainCompactionRequest(): AgentRequest {
  const plea = message('user', 'Write a summary of everything so far for another model that goes on with it.')
  return changed(followUp(customProviderRequest(), plea), { tools: [] })
}

/** With the built-in provider it is an item of the input. */
export function compactionRequest(request = builtInRequest()): AgentRequest {
  return followUp(changed(request, { input: arrayOf(request.body['input']).slice(0, -1) }), {
    type: 'compaction_trigger',
  })
}
