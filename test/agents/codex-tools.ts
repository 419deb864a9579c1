/** The tools of Codex: kinds and names as it sends them, descriptions of the same length (real-clients.md 3). */
import type { JsonObject } from '../../src/ir/json.ts'
import { filler } from './filler.ts'

const text = (description: string): JsonObject => ({ type: 'string', description })

function tool(name: string, bytes: number, properties: JsonObject, required: string[] = Object.keys(properties)) {
  return {
    type: 'function',
    name,
    description: `${name}: ${filler(bytes)}`,
    strict: false,
    parameters: { type: 'object', properties, required, additionalProperties: false },
  }
}

function namespace(name: string, tools: JsonObject[]): JsonObject {
  return { type: 'namespace', name, description: `Tools for ${name}.`, tools }
}

const execCommand = tool(
  'exec_command',
  700,
  {
    cmd: text('What to run.'),
    workdir: text('Where.'),
    yield_time_ms: { type: 'number', description: 'How long to wait for output.' },
    max_output_tokens: { type: 'number' },
    with_escalated_permissions: { type: 'boolean' },
  },
  ['cmd'],
)
const writeStdin = tool('write_stdin', 500, { session_id: { type: 'number' }, chars: text('What to type.') })
const requestUserInput = tool('request_user_input', 700, {
  questions: {
    type: 'array',
    items: {
      type: 'object',
      properties: { id: text('A short word.'), question: text('A sentence.') },
      required: ['id', 'question'],
      additionalProperties: false,
    },
  },
})
const viewImage = tool('view_image', 300, { path: text('Of a file on this machine.') })
const goals = ['get_goal', 'create_goal', 'update_goal'].map((name) => tool(name, 300, { goal: text('What for.') }, []))
const webSearch = { type: 'web_search', external_web_access: true }

const agentId = { id: text('Which agent.') }
const spawnAgent = tool('spawn_agent', 1800, { message: text('Its task.'), agent_type: text('Its role.') }, ['message'])

export const customProviderTools: JsonObject[] = [
  execCommand,
  writeStdin,
  requestUserInput,
  viewImage,
  namespace('multi_agent_v1', [
    spawnAgent,
    tool('send_input', 500, { ...agentId, message: text('What to tell it.') }),
    tool('resume_agent', 200, agentId),
    tool('wait', 600, { ids: { type: 'array', items: { type: 'string' } } }),
    tool('close_agent', 200, agentId),
  ]),
  ...goals,
  webSearch,
]

const patchGrammar =
  'start: "*** Begin Patch" LF hunk+ "*** End Patch" LF?\nhunk: "*** Add File: " /(.+)/ LF ("+" /(.*)/ LF)+\n%import common.LF'

export const applyPatch = {
  type: 'custom',
  name: 'apply_patch',
  description: `Changes files by a patch. ${filler(800)}`,
  format: { type: 'grammar', syntax: 'lark', definition: patchGrammar },
}
const toolSearch = {
  type: 'tool_search',
  execution: 'client',
  description: 'Finds further tools.',
  parameters: { type: 'object', properties: { query: text('Words.') }, required: ['query'] },
}

/** For gpt-5.5: one more, and two of them are no functions. */
export const patchingTools: JsonObject[] = [
  execCommand,
  writeStdin,
  requestUserInput,
  viewImage,
  applyPatch,
  toolSearch,
  ...goals,
  webSearch,
]

/** The one tool of the built-in provider that matters: it takes a program. */
const exec = {
  type: 'custom',
  name: 'exec',
  description: `Runs JavaScript that calls the other tools. ${filler(24_000)}`,
  format: { type: 'grammar', syntax: 'lark', definition: 'start: SOURCE\nSOURCE: /(.|\\n)+/' },
}

export const builtInTools: JsonObject[] = [
  namespace('functions', [
    exec,
    tool('wait', 600, { cell_id: text('What to wait for.') }),
    requestUserInput,
    tool('request_user_input_async', 500, { question: text('A sentence.') }),
  ]),
  namespace('clock', [tool('sleep', 300, { seconds: { type: 'number' } })]),
  namespace('collaboration', [
    tool('followup_task', 400, { ...agentId, task: text('What next.') }),
    tool('interrupt_agent', 300, agentId),
    tool('list_agents', 200, {}),
    tool('send_message', 400, { ...agentId, message: text('What to tell it.') }),
    spawnAgent,
    tool('wait_agent', 400, agentId),
  ]),
]
