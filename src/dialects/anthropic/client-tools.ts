/**
 * Tools that Anthropic defines and the client runs: the request names only their version, as Claude knows their schema by heart.
 * Other models have to be told (platform.claude.com: bash, text editor and memory tool).
 */
import type { JsonObject } from '../../ir/json.ts'

interface ClientTool {
  /** What its versioned type begins with. */
  family: string
  description: string
  inputSchema: JsonObject
}

const text = { type: 'string' }
const path = { type: 'string', description: 'Absolute path of a file or folder.' }
const line = { type: 'integer', description: 'Line after which to insert; 0 is the beginning of the file.' }

const clientTools: readonly ClientTool[] = [
  {
    family: 'bash_',
    description: 'Runs a command in a bash session that keeps its state, and returns what it prints.',
    inputSchema: {
      type: 'object',
      properties: {
        command: { type: 'string', description: 'The command to run.' },
        restart: { type: 'boolean', description: 'Start the session anew instead of running a command.' },
      },
    },
  },
  {
    family: 'text_editor_',
    description: 'Views, creates and edits text files.',
    inputSchema: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert'] },
        path,
        file_text: { ...text, description: 'For create: the whole content.' },
        old_str: { ...text, description: 'For str_replace: the text to replace; it must occur exactly once.' },
        new_str: { ...text, description: 'For str_replace: the text in its place.' },
        insert_line: line,
        insert_text: { ...text, description: 'For insert: the text to insert.' },
        view_range: {
          type: 'array',
          items: { type: 'integer' },
          description: 'For view: first and last line, counted from 1; -1 is the end.',
        },
      },
      required: ['command', 'path'],
    },
  },
  {
    family: 'memory_',
    description: 'Keeps notes in files under /memories that outlive the conversation.',
    inputSchema: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
        path,
        file_text: text,
        old_str: text,
        new_str: text,
        insert_line: line,
        insert_text: text,
        old_path: path,
        new_path: path,
      },
      required: ['command'],
    },
  },
]

export function clientToolOf(type: string): ClientTool | undefined {
  return clientTools.find(({ family }) => type.startsWith(family))
}
