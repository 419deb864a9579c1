/** A long afternoon with Codex: 120 items, with all kinds that its histories hold (real-clients.md 3, providers.md 4.5). */
import type { JsonObject } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'
import type { AgentRequest } from './agent-request.ts'
import { builtInRequest, customProviderRequest, followUp, message, patchingRequest } from './codex.ts'
import { filledTo } from './filler.ts'

const png =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export function functionCall(id: string, name: string, input: JsonObject, namespace?: string): JsonObject {
  const call = { type: 'function_call', id: `fc_${id}`, call_id: `call_${id}`, name, arguments: JSON.stringify(input) }
  return namespace === undefined ? call : { ...call, namespace }
}

export function functionOutput(id: string, output: string | JsonObject[]): JsonObject {
  return { type: 'function_call_output', call_id: `call_${id}`, output }
}

export function customCall(id: string, name: string, input: string, namespace?: string): JsonObject {
  const call = { type: 'custom_tool_call', id: `ctc_${id}`, call_id: `call_${id}`, name, input }
  return namespace === undefined ? call : { ...call, namespace }
}

/** Codex gives the output of a custom tool as a list. */
export function customOutput(id: string, text: string): JsonObject {
  return { type: 'custom_tool_call_output', call_id: `call_${id}`, output: [{ type: 'input_text', text }] }
}

function thought(id: string, summary: string): JsonObject {
  return {
    type: 'reasoning',
    id: `rs_${id}`,
    summary: [{ type: 'summary_text', text: summary }],
    encrypted_content: `gAAAA${btoa(`seal of ${id}`)}`,
  }
}

function answer(id: string, text: string): JsonObject {
  return {
    type: 'message',
    id: `msg_${id}`,
    role: 'assistant',
    phase: 'commentary',
    content: [{ type: 'output_text', text }],
  }
}

/** What a search found, which no list of the request has. */
const foundTools = {
  type: 'namespace',
  name: 'mcp__tickets',
  description: 'Tickets.',
  tools: [
    {
      type: 'function',
      name: 'list_tickets',
      description: 'Lists them.',
      strict: false,
      defer_loading: true,
      parameters: { type: 'object', properties: { note: { type: 'string' } } },
    },
  ],
}

const patch = '*** Begin Patch\n*** Add File: naïve "世界".md\n+one\n*** End Patch\n'

/** Five items each: what a provider of one's own, and the built-in one, has its client run. */
const rounds: readonly ((id: string, words: string) => JsonObject[])[] = [
  (id, words) => [
    thought(id, 'First I look around.'),
    functionCall(`${id}a`, 'exec_command', { cmd: 'ls "世界"' }),
    functionCall(`${id}b`, 'spawn_agent', { message: 'Count.' }, 'multi_agent_v1'),
    functionOutput(`${id}a`, words),
    functionOutput(`${id}b`, ''),
  ],
  (id, words) => [
    answer(id, 'I change a file.'),
    customCall(id, 'apply_patch', patch),
    customOutput(id, words),
    message('user', 'Go on.'),
    answer(`${id}z`, 'I do.'),
  ],
  (id, words) => [
    { type: 'tool_search_call', call_id: `call_${id}`, execution: 'client', arguments: { query: 'tickets' } },
    {
      type: 'tool_search_output',
      call_id: `call_${id}`,
      execution: 'client',
      status: 'completed',
      tools: [foundTools],
    },
    functionCall(`${id}a`, 'list_tickets', { note: words }, foundTools.name),
    functionOutput(`${id}a`, 'None is open.'),
    answer(id, 'There is nothing to do.'),
  ],
  (id, words) => [
    functionCall(id, 'view_image', { path: '/work/shot.png' }),
    functionOutput(id, [
      { type: 'input_text', text: words },
      { type: 'input_image', image_url: png, detail: 'auto' },
    ]),
    { type: 'web_search_call', id: `ws_${id}`, status: 'completed', action: { type: 'search', query: 'tallest tree' } },
    answer(id, 'It is Hyperion.'),
    message('developer', '<permissions instructions>Now everything may be written.'),
  ],
  (id, words) => [
    thought(id, ''),
    customCall(`${id}a`, 'exec', `await tools.exec_command({cmd: "ls"}); // ${words}`, 'functions'),
    functionCall(`${id}b`, 'wait', { cell_id: '1' }, 'functions'),
    customOutput(`${id}a`, 'Script done\n"ok"'),
    functionOutput(`${id}b`, 'aborted'),
  ],
]

/** The kinds of rounds that each way of working has. */
const ways = {
  customProvider: { request: customProviderRequest, rounds: [0, 3] },
  patching: { request: patchingRequest, rounds: [0, 1, 2, 3] },
  builtIn: { request: builtInRequest, rounds: [4, 3] },
} as const

/** 120 items, 150 KB in all. */
export function longHistory(way: keyof typeof ways): AgentRequest {
  const first = ways[way].request()
  const kinds = ways[way].rounds.map((kind) => rounds[kind])
  const body = filledTo(150_000, (words) => {
    const count = 23
    const share = Math.floor(words.length / count)
    const items = Array.from({ length: count }, (_, at) =>
      kinds[at % kinds.length]?.(`round${at}`, words.slice(0, share)),
    )
    return followUp(
      first,
      ...items.flatMap((more) => more ?? []),
      message('user', planted.question + words.slice(count * share)),
    ).body
  })
  return { ...first, body, remembered: body }
}
