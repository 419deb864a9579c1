/** What an app asks in each dialect: one body that uses as much of its wire as answers and translations depend on. */
import { clientDialects } from '../../src/dialects/registry.ts'
import type { JsonObject } from '../../src/ir/json.ts'
import type { ChatRequest, DialectName } from '../../src/ir/request.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const pixel = 'iVBORw0KGgo='
const grammar = { syntax: 'lark', definition: 'start: "x"' }

const bodies: { readonly [D in DialectName]: JsonObject } = {
  anthropic: {
    model: 'claude-sonnet-4-5',
    max_tokens: 4096,
    stream: true,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 2048 },
    stop_sequences: ['END'],
    metadata: { user_id: 'u1' },
    tools: [
      { name: 'get_weather', description: 'Tells the weather.', input_schema: schema, strict: true },
      { type: 'bash_20250124', name: 'bash' },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    output_config: { effort: 'low', format: { type: 'json_schema', schema } },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
          { type: 'image', source: { type: 'url', url: 'https://example.com/rhine.png' } },
          { type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data: 'The Rhine.' } },
          {
            type: 'document',
            title: 'Map',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQ=' },
          },
          { type: 'document', source: { type: 'url', url: 'https://example.com/rhine.pdf' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'A river.', signature: 'c2lnbmVk' },
          { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' },
          { type: 'text', text: 'I look it up.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Köln' } },
          { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [
              { type: 'text', text: 'Rain.' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
            ],
          },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: 'No such city.', is_error: true },
          { type: 'text', text: 'And now?' },
        ],
      },
    ],
  },
  'openai-chat': {
    model: 'gpt-5.4',
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 4096,
    temperature: 0.5,
    top_p: 0.9,
    seed: 7,
    presence_penalty: 0.1,
    frequency_penalty: 0.2,
    stop: ['END'],
    reasoning_effort: 'high',
    parallel_tool_calls: false,
    user: 'u1',
    response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
    tools: [
      { type: 'function', function: { name: 'get_weather', description: 'Tells.', parameters: schema, strict: true } },
      { type: 'custom', custom: { name: 'apply_patch', format: { type: 'grammar', grammar } } },
    ],
    tool_choice: { type: 'custom', custom: { name: 'apply_patch' } },
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}`, detail: 'low' } },
          { type: 'image_url', image_url: { url: 'https://example.com/rhine.png' } },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
          { type: 'file', file: { filename: 'map.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjQ=' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
          { id: 'call_2', type: 'custom', custom: { name: 'apply_patch', input: '*** Begin Patch' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'Done.' }] },
      { role: 'assistant', content: 'It rains.', refusal: null },
      { role: 'user', content: 'And now?' },
    ],
  },
  'openai-responses': {
    model: 'gpt-5.4',
    stream: true,
    instructions: 'Be brief.',
    max_output_tokens: 4096,
    temperature: 0.5,
    top_p: 0.9,
    reasoning: { effort: 'high', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    metadata: { team: 'blue' },
    parallel_tool_calls: false,
    store: false,
    truncation: 'auto',
    user: 'u1',
    text: { format: { type: 'json_schema', name: 'city', schema, strict: true }, verbosity: 'low' },
    tools: [
      { type: 'function', name: 'get_weather', description: 'Tells.', parameters: schema, strict: true },
      { type: 'custom', name: 'apply_patch', description: 'Patches.', format: { type: 'grammar', ...grammar } },
      { type: 'local_shell' },
      { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: schema },
      {
        type: 'namespace',
        name: 'files',
        description: 'Files.',
        tools: [{ type: 'function', name: 'read_file', parameters: schema, strict: false }],
      },
      { type: 'web_search' },
    ],
    tool_choice: { type: 'function', name: 'get_weather' },
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'low' },
          { type: 'input_image', image_url: 'https://example.com/rhine.png', detail: 'auto' },
          { type: 'input_file', filename: 'map.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjQ=' },
          { type: 'input_file', file_url: 'https://example.com/rhine.pdf' },
          { type: 'input_image', image_url: 'data:image/jpg;base64,/9j/4A==', detail: 'auto' },
          { type: 'input_file', filename: 'rhine.mp3', file_data: 'data:audio/mpeg;base64,SUQz' },
        ],
      },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'A river.' }],
        encrypted_content: 'gAAA',
      },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'I look it up.', annotations: [] }],
      },
      { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Köln"}' },
      { type: 'function_call', call_id: 'call_2', name: 'read_file', namespace: 'files', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'call_3', name: 'apply_patch', input: '*** Begin Patch' },
      {
        type: 'local_shell_call',
        id: 'lsh_1',
        call_id: 'call_4',
        status: 'completed',
        action: { type: 'exec', command: ['ls'], env: {} },
      },
      { type: 'tool_search_call', call_id: 'call_5', execution: 'client', arguments: { query: 'mail' } },
      { type: 'function_call_output', call_id: 'call_1', output: 'Rain.' },
      {
        type: 'function_call_output',
        call_id: 'call_2',
        output: [
          { type: 'input_text', text: 'The Rhine.' },
          { type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'auto' },
        ],
      },
      { type: 'custom_tool_call_output', call_id: 'call_3', output: 'Done.' },
      { type: 'local_shell_call_output', id: 'call_4', output: 'a.txt' },
      { type: 'tool_search_output', call_id: 'call_5', execution: 'client', tools: [] },
      { type: 'message', role: 'user', content: 'And now?' },
    ],
  },
  ollama: {
    model: 'qwen3:8b',
    stream: true,
    think: true,
    format: schema,
    keep_alive: '1h',
    options: { num_predict: 4096, temperature: 0.5, top_p: 0.9, top_k: 5, seed: 7, stop: ['END'] },
    tools: [{ type: 'function', function: { name: 'get_weather', description: 'Tells.', parameters: schema } }],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is this?', images: [pixel] },
      {
        role: 'assistant',
        content: '',
        thinking: 'A river.',
        tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Köln' } } }],
      },
      { role: 'tool', content: 'Rain.', tool_name: 'get_weather' },
    ],
  },
}

/** The body of a client, with other fields where they are given; a `null` takes a field away. */
export function bodyOf(dialect: DialectName, fields: JsonObject = {}): JsonObject {
  const all = { ...bodies[dialect], ...fields }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

/** The same, decoded. */
export function asked(dialect: DialectName, fields: JsonObject = {}): ChatRequest {
  return clientDialects[dialect].decodeRequest(bodyOf(dialect, fields))
}
