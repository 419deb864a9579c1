/** What targets say in these tests, a frame or a line each. */

function event(data: { type: string; [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
}

const usage = { input_tokens: 5, output_tokens: 1 }
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content: [], usage }

/** Anthropic's (providers.md 3.1). */
export const messages = {
  start: event({ type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } }),
  ping: event({ type: 'ping' }),
  textStart: (index = 0) => event({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } }),
  text: (text: string, index = 0) => event({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }),
  toolStart: event({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
  }),
  json: (partial_json: string) =>
    event({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json } }),
  thinkingStart: event({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'thinking', thinking: '', signature: '' },
  }),
  signature: event({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'signature_delta', signature: 'EqQBCgIYAhIM' },
  }),
  stop: (index = 0) => event({ type: 'content_block_stop', index }),
  end:
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 5 },
    }) + event({ type: 'message_stop' }),
}

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-4.1',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`

/** Chat Completions' (providers.md 3.3). */
export const chat = {
  start: chunk({ role: 'assistant', content: '' }),
  comment: ': OPENROUTER PROCESSING\n\n',
  text: (content: string) => chunk({ content }),
  reasoning: (reasoning_content: string) => chunk({ reasoning_content }),
  empty: chunk({}),
  call: (fields: object) => chunk({ tool_calls: [{ index: 0, ...fields }] }),
  end: `${chunk({}, 'stop')}data: [DONE]\n\n`,
}

const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'in_progress',
  model: 'gpt-4.1',
  output: [],
  usage: null,
}

/** Responses' (providers.md 3.4). */
export const responses = {
  start:
    event({ type: 'response.created', sequence_number: 0, response }) +
    event({ type: 'response.in_progress', sequence_number: 1, response }),
  keepAlive: event({ type: 'keepalive', sequence_number: 2 }),
  end: event({ type: 'response.completed', sequence_number: 4, response: { ...response, status: 'completed' } }),
  messageStart: event({
    type: 'response.output_item.added',
    sequence_number: 2,
    output_index: 0,
    item: { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  }),
  text: (delta: string) =>
    event({
      type: 'response.output_text.delta',
      sequence_number: 3,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta,
      logprobs: [],
    }),
}

const line = (fields: object): string =>
  `${JSON.stringify({ model: 'qwen2.5:3b', created_at: '2026-11-22T10:00:00Z', ...fields })}\n`

/** Ollama's (local-engines.md 1.2). */
export const ollama = {
  text: (content: string) => line({ message: { role: 'assistant', content }, done: false }),
  call: ({ name, input }: { name: string; input: object }) =>
    line({
      message: { role: 'assistant', content: '', tool_calls: [{ function: { name, arguments: input } }] },
      done: false,
    }),
  end: line({
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 5,
    eval_count: 3,
  }),
}
