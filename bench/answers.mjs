// What a model streams, as each target's wire has it: a chunk a frame, as it comes while nothing stalls. Built once, never random,
// and held against the decoders by test/bench-fixtures.test.ts.
import { words } from './words.mjs'

/** A long answer of one kind: the ends of a stream, which come once a request, hardly count in it. */
const pieceCount = 200

const model = 'bench-model'
export const toolName = 'write_file'

/** A token or two a piece, as models stream. */
export const pieces = Array.from({ length: pieceCount }, (_, at) => ` ${words.split(' ')[at % 20]}`)

/** The arguments of a call, cut in as many pieces. */
export const callInput = JSON.stringify({ path: 'src/bench.ts', content: pieces.join('').repeat(2) })
/** Ollama writes a call whole: a chunk is one of the usual size, and there are as many of them. */
export const ollamaCallInput = JSON.stringify({ path: 'src/bench.ts', content: pieces.join('').slice(0, 250) })
/** One JSON object that fits {@link checkedSchema}. */
export const checkedText = JSON.stringify({ summary: pieces.join(''), isDone: true })

export const checkedSchema = {
  type: 'object',
  properties: { summary: { type: 'string' }, isDone: { type: 'boolean' } },
  required: ['summary', 'isDone'],
  additionalProperties: false,
}

/** A call as Qwen says it in its text, with the same arguments. */
export const spokenText = `<tool_call>\n{"name":"${toolName}","arguments":${callInput}}\n</tool_call>`

/**
 * What a stream consists of. `checked`: text which the client wants to be JSON, so that it is held back until it is known to be.
 * `heard`: text that may hold a call, for there are tools. `spoken`: text that is one.
 */
export const kinds = ['text', 'heard', 'reasoning', 'call', 'spoken', 'checked']

/** Target dialect -> kind -> the chunks of a whole answer. */
export const answers = {
  anthropic: perKind(messagesAnswer),
  'openai-chat': perKind(chatAnswer),
  'openai-responses': perKind(responsesAnswer),
  ollama: perKind(ollamaAnswer),
}

/** Target dialect -> an answer of one word, for measures of the request. */
export const shortAnswers = {
  anthropic: messagesAnswer('text', ['Done.']),
  'openai-chat': chatAnswer('text', ['Done.']),
  'openai-responses': responsesAnswer('text', ['Done.']),
  ollama: ollamaAnswer('text', ['Done.']),
}

function perKind(answer) {
  return {
    text: answer('text', pieces),
    heard: answer('text', pieces),
    reasoning: answer('reasoning', pieces),
    call: answer('call', cut(callInput)),
    spoken: answer('text', cut(spokenText)),
    checked: answer('text', cut(checkedText)),
  }
}

function cut(whole) {
  const length = Math.ceil(whole.length / pieceCount)
  return Array.from({ length: Math.ceil(whole.length / length) }, (_, at) =>
    whole.slice(at * length, (at + 1) * length),
  )
}

function messagesAnswer(kind, said) {
  const blocks = {
    text: { type: 'text', text: '' },
    reasoning: { type: 'thinking', thinking: '', signature: '' },
    call: { type: 'tool_use', id: 'toolu_01A09q90qw90lq917835lq9', name: toolName, input: {} },
  }
  const deltas = {
    text: (piece) => ({ type: 'text_delta', text: piece }),
    reasoning: (piece) => ({ type: 'thinking_delta', thinking: piece }),
    call: (piece) => ({ type: 'input_json_delta', partial_json: piece }),
  }
  const usage = { input_tokens: 180, output_tokens: 1 }
  const message = { id: 'msg_01XFDUDYJgAACzvnptvVoYEL', type: 'message', role: 'assistant', model, content: [], usage }
  const stop_reason = kind === 'call' ? 'tool_use' : 'end_turn'
  return [
    event('message_start', { message: { ...message, stop_reason: null, stop_sequence: null } }),
    event('content_block_start', { index: 0, content_block: blocks[kind] }),
    ...said.map((piece) => event('content_block_delta', { index: 0, delta: deltas[kind](piece) })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: said.length } }),
    event('message_stop', {}),
  ]
}

function chatAnswer(kind, said) {
  const head = { id: 'chatcmpl-A1b2C3d4E5f6G7h8I9j0K1l2M3n4O', object: 'chat.completion.chunk', created: 1795348800 }
  const base = { ...head, model, service_tier: 'default', system_fingerprint: 'fp_44709d6fcb' }
  const chunk = (delta, finish_reason = null) =>
    data({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null })
  const deltas = {
    text: (piece) => ({ content: piece }),
    reasoning: (piece) => ({ reasoning_content: piece }),
    call: (piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
  }
  const call = { index: 0, id: 'call_A1b2C3d4E5f6G7h8I9j0K1l2', type: 'function' }
  const opening = kind === 'call' ? { tool_calls: [{ ...call, function: { name: toolName, arguments: '' } }] } : {}
  const usage = { prompt_tokens: 180, completion_tokens: said.length, total_tokens: 180 + said.length }
  return [
    chunk({ role: 'assistant', content: kind === 'call' ? null : '', refusal: null, ...opening }),
    ...said.map((piece) => chunk(deltas[kind](piece))),
    chunk({}, kind === 'call' ? 'tool_calls' : 'stop'),
    data({ ...base, choices: [], usage }),
    Buffer.from('data: [DONE]\n\n'),
  ]
}

function responsesAnswer(kind, said) {
  let sequence_number = 0
  const id = 'a1b2c3d4e5f60718293a4b5c6d7e8f901234567890abcdef'
  const write = (type, fields) => event(type, { sequence_number: sequence_number++, ...fields })
  const whole = said.join('')
  const items = {
    text: (text) => ({ id: `msg_${id}`, type: 'message', role: 'assistant', content: text ? [output(text)] : [] }),
    reasoning: (text) => ({ id: `rs_${id}`, type: 'reasoning', summary: text ? [{ type: 'summary_text', text }] : [] }),
    call: (text) => ({
      id: `fc_${id}`,
      type: 'function_call',
      call_id: 'call_A1b2C3d4E5f6G7h8I9j0K1l2',
      name: toolName,
      arguments: text,
    }),
  }
  const types = {
    text: 'response.output_text',
    reasoning: 'response.reasoning_summary_text',
    call: 'response.function_call_arguments',
  }
  const ends = { text: { text: whole }, reasoning: { text: whole }, call: { arguments: whole } }
  const inPart = { text: { content_index: 0, logprobs: [] }, reasoning: { summary_index: 0 }, call: {} }[kind]
  const added = { ...items[kind](''), status: 'in_progress' }
  const done = { ...items[kind](whole), status: 'completed' }
  const place = { item_id: done.id, output_index: 0, ...inPart }
  const response = { id: `resp_${id}`, object: 'response', created_at: 1795348800, model, error: null }
  const usage = { input_tokens: 180, output_tokens: said.length, total_tokens: 180 + said.length }
  return [
    write('response.created', { response: { ...response, status: 'in_progress', output: [], usage: null } }),
    write('response.in_progress', { response: { ...response, status: 'in_progress', output: [], usage: null } }),
    write('response.output_item.added', { output_index: 0, item: added }),
    ...said.map((piece, at) =>
      write(`${types[kind]}.delta`, { ...place, delta: piece, obfuscation: 'JXqHbqAhLW'.slice(at % 8) }),
    ),
    write(`${types[kind]}.done`, { ...place, ...ends[kind] }),
    write('response.output_item.done', { output_index: 0, item: done }),
    write('response.completed', { response: { ...response, status: 'completed', output: [done], usage } }),
  ]
}

function output(text) {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

function ollamaAnswer(kind, said) {
  const line = (fields, end = { done: false }) => {
    const message = { role: 'assistant', content: '', ...fields }
    return jsonLine({ model, created_at: '2026-11-22T12:00:00.000000Z', message, ...end })
  }
  const lines = {
    text: () => said.map((content) => line({ content })),
    reasoning: () => said.map((thinking) => line({ thinking })),
    call: () => pieces.map((_, at) => line({ tool_calls: [ollamaCall(at)] })),
  }
  const counts = { total_duration: 2_000_000_000, prompt_eval_count: 180, eval_count: said.length }
  return [...lines[kind](), line({}, { done: true, done_reason: 'stop', ...counts })]
}

function ollamaCall(index) {
  return { id: `call_a1b2c3${index}`, function: { index, name: toolName, arguments: JSON.parse(ollamaCallInput) } }
}

function event(type, fields) {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)
}

function data(value) {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`)
}

function jsonLine(value) {
  return Buffer.from(`${JSON.stringify(value)}\n`)
}
