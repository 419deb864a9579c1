/** The shapes that errors have inside answers with status 200. */
import type { SseClientName } from '../conformance/demand.ts'

const sse = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'gen-1', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields })}\n\n`
const error = { code: 502, message: 'Provider disconnected', metadata: { error_type: 'provider_unavailable' } }
const failedChoice = { index: 0, delta: { content: '' }, finish_reason: 'error' }
const failedResponse = {
  id: 'resp_1',
  object: 'response',
  status: 'failed',
  output: [],
  error: { code: 'server_error', message: 'The model failed to generate a response.' },
}

/** Every shape that an error has inside a stream (providers.md 3.1, 3.3, 3.4). */
export const errorFrames: readonly [name: string, dialect: SseClientName, frame: string][] = [
  [
    'an `error` event',
    'anthropic',
    sse('error', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
  ],
  [
    'an error without its event line',
    'anthropic',
    'data: {"type":"error","error":{"type":"api_error","message":"Internal server error"}}\n\n',
  ],
  [
    'a chunk that is an error',
    'openai-chat',
    'data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}\n\n',
  ],
  [
    'an event named `error`',
    'openai-chat',
    sse('error', { message: 'The server had an error', type: 'server_error', param: null, code: null }),
  ],
  ['an error beside the choices (OpenRouter)', 'openai-chat', chunk({ error, choices: [failedChoice] })],
  ['`finish_reason: "error"` and nothing else', 'openai-chat', chunk({ choices: [failedChoice] })],
  ['`x_groq.error`', 'openai-chat', chunk({ x_groq: { id: 'req_1', error: 'over capacity' }, choices: [] })],
  [
    'an error in a list (Gemini)',
    'openai-chat',
    'data: [{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]\n\n',
  ],
  [
    'a flat `error` event',
    'openai-responses',
    sse('error', {
      type: 'error',
      code: 'server_error',
      message: 'Something went wrong',
      param: null,
      sequence_number: 9,
    }),
  ],
  [
    'a nested `error` event',
    'openai-responses',
    sse('error', {
      type: 'error',
      error: { type: 'server_error', code: 'server_error', message: 'Something went wrong', param: null },
    }),
  ],
  [
    '`response.failed`',
    'openai-responses',
    sse('response.failed', { type: 'response.failed', response: failedResponse, sequence_number: 9 }),
  ],
  [
    '`response.error` (OpenRouter)',
    'openai-responses',
    sse('response.error', {
      type: 'response.error',
      error: { code: 'server_error', message: 'Provider disconnected' },
      sequence_number: 9,
    }),
  ],
]

/** Errors that a whole answer says under status 200 (providers.md 1.7). */
export const errorBodies: readonly [name: string, dialect: SseClientName, body: object][] = [
  [
    'an error body under status 200',
    'anthropic',
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ],
  ['an error body under status 200', 'openai-chat', { error }],
  [
    'an error body under status 200',
    'openai-responses',
    { error: { message: 'The server had an error', type: 'server_error', code: null } },
  ],
  [
    'an error in the choice, status 200',
    'openai-chat',
    {
      id: 'g',
      choices: [{ index: 0, message: { role: 'assistant', content: 'The quick' }, finish_reason: 'error', error }],
    },
  ],
  [
    '`finish_reason: "error"`, status 200',
    'openai-chat',
    { id: 'g', choices: [{ index: 0, message: { role: 'assistant', content: 'The quick' }, finish_reason: 'error' }] },
  ],
  ['a failed response, status 200', 'openai-responses', failedResponse],
]
