/** Every kind of content that a message may hold, in a conversation of the dialect that has it. */
import type { JsonObject } from '../../src/ir/json.ts'
import { probe } from './probe.ts'

const png = 'iVBORw0KGgo='

const question = { type: 'text', text: 'Why?' }
const messages = (part: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [question, probe(part)] }] })
const answered = (...content: JsonObject[]): JsonObject => ({
  messages: [
    { role: 'user', content: 'Do it.' },
    { role: 'assistant', content: [...content.map(probe), question] },
    { role: 'user', content: 'And?' },
  ],
})
const called = { type: 'tool_use', id: 'toolu_1', name: 'run', input: { n: 1 } }
const withResult = (...content: JsonObject[]): JsonObject => ({
  messages: [
    { role: 'user', content: 'Do it.' },
    { role: 'assistant', content: [called] },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [question, ...content.map(probe)] }],
    },
  ],
})

const inLoop = (thought: JsonObject): JsonObject => ({
  messages: [
    { role: 'user', content: 'Do it.' },
    { role: 'assistant', content: [probe(thought), called] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Ran.' }] },
  ],
})
const offered = (tool: JsonObject): JsonObject => ({ tools: [probe(tool)] })

export const messagesContent: Readonly<Record<string, JsonObject>> = {
  text: messages({ type: 'text', text: 'Because?' }),
  'image, base64': messages({
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: png },
  }),
  'image, URL': messages({ type: 'image', source: { type: 'url', url: 'https://x.example/p.png' } }),
  'image, file id': messages({ type: 'image', source: { type: 'file', file_id: 'file_1' } }),
  'document, text': messages({
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: 'A.' },
  }),
  'document, PDF': messages({
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: png },
  }),
  search_result: messages({
    type: 'search_result',
    source: 's',
    title: 't',
    content: [{ type: 'text', text: 'F.' }],
  }),
  container_upload: messages({ type: 'container_upload', file_id: 'file_1' }),
  'system message in the middle': {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Ho' },
      probe({ role: 'system', content: 'Be brief.' }),
      { role: 'user', content: 'And?' },
    ],
  },
  tool_use: answered(called),
  'tool_result, text': withResult({ type: 'text', text: 'Ran.' }),
  'tool_result, image': withResult({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }),
  'tool_result, tool_reference': withResult({ type: 'tool_reference', tool_name: 'more' }),
  'thinking, signed': inLoop({ type: 'thinking', thinking: 'Hm.', signature: 'EqQB' }),
  redacted_thinking: inLoop({ type: 'redacted_thinking', data: 'EqQB' }),
  'server_tool_use, web_search_tool_result': answered(
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
    {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: [{ type: 'web_search_result', title: 'T', url: 'https://x.example', encrypted_content: 'E' }],
    },
  ),
  mcp_tool_use: answered({ type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'n', server_name: 's', input: {} }),
  compaction: answered({ type: 'compaction', content: 'We did it.' }),
  'tool: client-run (bash, text editor, memory)': offered({ type: 'bash_20250124', name: 'bash' }),
  'tool: server (web_search, code_execution, …)': offered({ type: 'web_search_20250305', name: 'web_search' }),
}

export const chatContent: Readonly<Record<string, JsonObject>> = {
  text: messages({ type: 'text', text: 'Because?' }),
  'image_url, data': messages({ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }),
  'image_url, URL': messages({ type: 'image_url', image_url: { url: 'https://x.example/p.png' } }),
  'file, data': messages({
    type: 'file',
    file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${png}` },
  }),
  'file, id': messages({ type: 'file', file: { file_id: 'file_1' } }),
  input_audio: messages({ type: 'input_audio', input_audio: { data: png, format: 'wav' } }),
  'developer message': {
    messages: [probe({ role: 'developer', content: 'Be brief.' }), { role: 'user', content: 'Hi' }],
  },
  'tool_calls and results': {
    messages: [
      { role: 'user', content: 'Do it.' },
      probe({
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'run', arguments: '{}' } }],
      }),
      probe({ role: 'tool', tool_call_id: 'call_1', content: 'Ran.' }),
    ],
  },
  'function_call and its result (legacy)': {
    messages: [
      { role: 'user', content: 'Do it.' },
      probe({ role: 'assistant', content: null, function_call: { name: 'run', arguments: '{}' } }),
      probe({ role: 'function', name: 'run', content: 'Ran.' }),
    ],
  },
  'custom tool call': {
    messages: [
      { role: 'user', content: 'Do it.' },
      probe({
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: 'patch', input: 'x' } }],
      }),
      probe({ role: 'tool', tool_call_id: 'call_1', content: 'Ran.' }),
    ],
  },
  refusal: {
    messages: [
      { role: 'user', content: 'Hi' },
      probe({ role: 'assistant', refusal: 'No.' }),
      { role: 'user', content: 'Why?' },
    ],
  },
  'audio of the assistant': {
    messages: [
      { role: 'user', content: 'Hi' },
      probe({ role: 'assistant', audio: { id: 'audio_1' } }),
      { role: 'user', content: 'Why?' },
    ],
  },
  'tool: custom': offered({ type: 'custom', custom: { name: 'patch', description: 'Patches.' } }),
}

const input = (...items: JsonObject[]): JsonObject => ({
  input: [{ role: 'user', content: 'Do it.' }, ...items.map(probe), { role: 'assistant', content: 'Done.' }],
})
const output = (type: string): JsonObject => ({ type, call_id: 'call_1', output: 'Ran.' })

export const responsesContent: Readonly<Record<string, JsonObject>> = {
  message: input({ role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] }),
  'developer message': input({ role: 'developer', content: 'Be brief.' }),
  'input_image, data': input({
    role: 'user',
    content: [{ type: 'input_image', image_url: `data:image/png;base64,${png}` }],
  }),
  'input_image, URL': input({ role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example/p.png' }] }),
  'input_file, data': input({
    role: 'user',
    content: [{ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${png}` }],
  }),
  'input_file, id': input({ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }),
  'function_call and its output': input(
    { type: 'function_call', call_id: 'call_1', name: 'run', arguments: '{}' },
    output('function_call_output'),
  ),
  'custom_tool_call and its output': input(
    { type: 'custom_tool_call', call_id: 'call_1', name: 'patch', input: 'x' },
    output('custom_tool_call_output'),
  ),
  'local_shell_call and its output': input(
    { type: 'local_shell_call', call_id: 'call_1', action: { type: 'exec', command: ['ls'], env: {} } },
    output('local_shell_call_output'),
  ),
  'tool_search_call of the client and its output': input(
    { type: 'tool_search_call', call_id: 'call_1', execution: 'client', arguments: { query: 'mail' } },
    { type: 'tool_search_output', call_id: 'call_1', execution: 'client', tools: [{ type: 'function', name: 'send' }] },
  ),
  'reasoning, sealed': input({
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'Hm.' }],
    encrypted_content: 'gAAAA',
  }),
  'compaction, a provider’s': input({ type: 'compaction', encrypted_content: 'gAAAA' }),
  'compaction, Trooper’s': input({ type: 'compaction', encrypted_content: `trooper.${btoa('We did it.')}` }),
  compaction_trigger: { input: [{ role: 'user', content: 'Do it.' }, probe({ type: 'compaction_trigger' })] },
  configuration_update: input({ type: 'configuration_update', reasoning: { effort: 'high' } }),
  additional_tools: input({ type: 'additional_tools', tools: [{ type: 'function', name: 'run', parameters: {} }] }),
  web_search_call: input({ type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: 'q' } }),
  file_search_call: input({ type: 'file_search_call', id: 'fs_1', queries: ['q'] }),
  mcp_call: input({ type: 'mcp_call', id: 'mcp_1', name: 'n', arguments: '{}', output: 'o' }),
  apply_patch_call: input({ type: 'apply_patch_call', call_id: 'c', operation: { type: 'delete_file', path: 'a' } }),
  'tool: custom': offered({ type: 'custom', name: 'patch', description: 'Patches.' }),
  'tool: namespace': offered({
    type: 'namespace',
    name: 'mail',
    description: 'Mail.',
    tools: [{ type: 'function', name: 'send', parameters: {} }],
  }),
  'tool: local_shell': offered({ type: 'local_shell' }),
  'tool: tool_search of the client': offered({ type: 'tool_search', execution: 'client', description: 'Finds tools.' }),
  'tool: web_search, tool_search, mcp and others of the provider’s': offered({ type: 'web_search' }),
}

const talk = (message: JsonObject, ...more: JsonObject[]): JsonObject => ({
  messages: [{ role: 'user', content: 'Do it.' }, ...[message, ...more].map(probe), { role: 'user', content: 'And?' }],
})

export const ollamaContent: Readonly<Record<string, JsonObject>> = {
  text: talk({ role: 'assistant', content: 'Done.' }),
  'system message': talk({ role: 'system', content: 'Be brief.' }),
  images: talk({ role: 'user', content: 'This?', images: [png] }),
  thinking: talk({ role: 'assistant', content: 'Done.', thinking: 'Hm.' }),
  'tool_calls and results': talk(
    { role: 'assistant', content: '', tool_calls: [{ function: { name: 'run', arguments: {} } }] },
    { role: 'tool', tool_name: 'run', content: 'Ran.' },
  ),
}

/** What nobody but its own provider can read; that it stays behind is no loss to anyone else, and is not said. */
export const sealed: readonly string[] = ['thinking, signed', 'redacted_thinking', 'reasoning, sealed']
