/** The tools of Claude Code: names and kinds of schemas as it sends them, descriptions of the same length (real-clients.md 2). */
import type { JsonObject } from '../../src/ir/json.ts'
import { filler } from './filler.ts'

const draft = 'https://json-schema.org/draft/2020-12/schema'
const text = (description: string): JsonObject => ({ type: 'string', description })

function tool(name: string, bytes: number, properties: JsonObject, required: string[] = Object.keys(properties)) {
  return {
    name,
    description: `${name}: ${filler(bytes)}`,
    input_schema: { $schema: draft, type: 'object', properties, required, additionalProperties: false },
  }
}

const agent = tool(
  'Agent',
  4200,
  {
    description: text('Three to five words.'),
    prompt: text('The whole task.'),
    subagent_type: text('Which kind of agent.'),
    model: { type: 'string', enum: ['sonnet', 'opus', 'haiku'] },
    run_in_background: { type: 'boolean', default: false },
  },
  ['description', 'prompt'],
)
const bash = tool(
  'Bash',
  6400,
  {
    command: text('What to run.'),
    timeout: { type: 'number', minimum: 1, maximum: 600_000, description: 'Milliseconds.' },
    description: text('What it does, in a few words.'),
    run_in_background: { type: 'boolean' },
  },
  ['command'],
)
const edit = tool(
  'Edit',
  1100,
  {
    file_path: text('An absolute path.'),
    old_string: text('What stands there.'),
    new_string: text('What shall stand there; it must be different.'),
    replace_all: { type: 'boolean', default: false },
  },
  ['file_path', 'old_string', 'new_string'],
)
const read = tool(
  'Read',
  1800,
  {
    file_path: text('An absolute path.'),
    offset: { type: 'integer', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    limit: { type: 'integer', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    pages: text('Of a PDF: 1-5.'),
  },
  ['file_path'],
)
const reportFindings = tool('ReportFindings', 900, {
  findings: {
    type: 'array',
    maxItems: 20,
    items: {
      type: 'object',
      properties: {
        title: { type: 'string', minLength: 1, maxLength: 80 },
        severity: { type: 'string', enum: ['low', 'medium', 'high'] },
        line: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      },
      required: ['title', 'severity'],
      additionalProperties: false,
    },
  },
})
const workflow = tool(
  'Workflow',
  5200,
  {
    script: { type: 'string', minLength: 1 },
    args: {
      anyOf: [
        { type: 'object', additionalProperties: {} },
        { type: 'array', items: {} },
      ],
    },
    resume_from: { type: 'string', pattern: '^wf_[a-z0-9]+$' },
  },
  ['script'],
)

/** Never to be called: it keeps a place for tools that come later. */
const placeholder = {
  name: 'DeferredToolPlaceholder',
  description: 'Reserved placeholder; never call this tool.',
  input_schema: { type: 'object', properties: {} },
  defer_loading: true,
}

export const headlessTools: JsonObject[] = [
  agent,
  bash,
  edit,
  tool('ListAgents', 300, {}),
  read,
  reportFindings,
  tool('ScheduleWakeup', 1900, {
    at: { type: 'string', format: 'date-time' },
    prompt: text('What to go on with.'),
  }),
  tool('Skill', 1300, { skill: text('Its name.'), args: text('Its arguments.') }, ['skill']),
  tool('ToolSearch', 1700, {
    query: text('Words, or select:<name>.'),
    max_results: { type: 'number', default: 5, minimum: 1 },
  }),
  workflow,
  placeholder,
  tool('Write', 700, { file_path: text('An absolute path.'), content: text('The whole file.') }),
]

export const askUserQuestion = tool('AskUserQuestion', 2400, {
  questions: {
    type: 'array',
    minItems: 1,
    maxItems: 4,
    items: {
      type: 'object',
      properties: {
        question: text('A whole sentence.'),
        options: {
          type: 'array',
          minItems: 2,
          items: { type: 'object', properties: { label: text('Short.') }, required: ['label'] },
        },
      },
      required: ['question', 'options'],
    },
  },
})

export const webFetch = tool('WebFetch', 1200, {
  url: { type: 'string', format: 'uri' },
  prompt: text('What to find in it.'),
})

export const structuredOutput = {
  name: 'StructuredOutput',
  description: 'Give your final answer with this tool.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

const deferrable =
  'CronCreate CronDelete CronList EnterWorktree ExitWorktree NotebookEdit TaskOutput TaskStop TodoWrite'

/** Without experimental betas nothing is deferred: every tool stands there. */
export const undeferredTools: JsonObject[] = [
  ...headlessTools.filter((listed) => listed !== placeholder),
  ...deferrable.split(' ').map((name) => tool(name, 1600, { id: text('Which one.'), note: text('Why.') }, ['id'])),
  webFetch,
]
