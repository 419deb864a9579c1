import { describe, expect, it } from 'vitest'
import { describeFailure, type Cause, type Failure } from '../../ir/failure.ts'
import type { JsonValue } from '../../ir/json.ts'
import { decodeFailure } from './failure.ts'

function decode(status: number | undefined, body: JsonValue | undefined, text = ''): Failure {
  return decodeFailure({ status, headers: {}, body, text, nowMs: Date.UTC(2026, 2, 15) })
}

const overflow = {
  error: {
    code: 400,
    message: 'request (9177 tokens) exceeds the available context size (4096 tokens), try increasing it',
    type: 'exceed_context_size_error',
    n_prompt_tokens: 9177,
    n_ctx: 4096,
  },
}

describe('an overflow', () => {
  const expected = { kind: 'too-long', promptTokens: 9177, windowTokens: 4096, message: overflow.error.message }

  it.each<[string, number | undefined, JsonValue]>([
    ['of llama-server', 400, overflow],
    ['doubly encoded by Ollama', 400, { error: JSON.stringify(overflow) }],
    ['doubly encoded inside a stream', undefined, { error: JSON.stringify(overflow) }],
    ['triply encoded', 400, { error: JSON.stringify({ error: JSON.stringify(overflow) }) }],
  ])('carries both counts: %s', (_name, status, body) => {
    expect(decode(status, body)).toMatchObject({ ...expected, code: 'exceed_context_size_error' })
  })

  it('of a model that cannot shift its context has no counts', () => {
    const message =
      'the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length'
    expect(decode(400, { error: message })).toEqual({ kind: 'too-long', message, status: 400 })
  })
})

describe('an unknown model', () => {
  it.each([
    ["model 'qwen2.5:3b' not found", 'ollama pull qwen2.5:3b'],
    ['model "qwen2.5:3b" not found, try pulling it first', 'ollama pull qwen2.5:3b'],
    ["model 'hf.co/a/b-GGUF:Q4_K_M' not found", 'ollama pull hf.co/a/b-GGUF:Q4_K_M'],
  ])('names the remedy: %s', (error, remedy) => {
    const failure = decode(404, { error })
    expect(failure).toMatchObject({ kind: 'unknown-model', status: 404 })
    expect(failure.message).toContain(remedy)
  })

  it('whose name is no name never becomes a command', () => {
    const error = "model 'x; rm -rf ~' not found"
    expect(decode(404, { error })).toMatchObject({ kind: 'unknown-model', message: error })
  })
})

describe('a tool call that the engine could not read', () => {
  it.each([
    [500, `error parsing tool call: raw='{"content":"my secret"}]', err=invalid character ']' after top-level value`],
    [undefined, `error parsing tool call: raw='my secret', err=invalid character 'm' looking for beginning of value`],
    [undefined, 'XML syntax error on line 3: element <parameter> closed by </function>'],
    [500, 'XML syntax error on line 115: unexpected EOF'],
    [500, 'failed to parse XML: XML syntax error on line 1: element <tool_call> closed by </arg_value>'],
    [500, 'expected element type <function> but have <parameter>'],
    [500, 'llama-server returned invalid tool call arguments for "Write": my secret'],
    [undefined, 'Failed to parse tool call: Extra content after end of tool call'],
  ])('(%s) is told without what stands in it: %s', (status, error) => {
    const failure = decode(status, { error })
    expect(failure).toMatchObject({ kind: 'malformed-answer', isUnreadCall: true })
    expect(describeFailure(failure)).toBe('tool call unread by its engine')
    expect(JSON.stringify(failure)).not.toContain('secret')
    expect(JSON.stringify(failure)).not.toContain('parameter')
  })

  it('is not one of the conversation itself, which no repeat would mend', () => {
    const error = { code: 500, message: 'Failed to parse tool call arguments as JSON: …', type: 'server_error' }
    expect(decode(500, { error }).kind).toBe('server-error')
  })
})

describe('other failures', () => {
  it.each<[number | undefined, string, Cause['kind']]>([
    [503, 'server busy, please try again.  maximum pending requests exceeded', 'overloaded'],
    [
      500,
      'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details',
      'server-error',
    ],
    [
      undefined,
      'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details',
      'server-error',
    ],
    [undefined, 'an error was encountered while running the model: …', 'server-error'],
    [500, 'timed out waiting for llama-server to start - …', 'server-error'],
    [500, 'llama-server process has terminated: …', 'server-error'],
    [499, 'request canceled', 'server-error'],
    [400, 'missing request body', 'bad-request'],
    [400, 'model is required', 'bad-request'],
    [400, 'registry.ollama.ai/library/deepseek-r1:14b does not support tools', 'bad-request'],
    [400, '"x" does not support thinking', 'bad-request'],
    [400, '"x" does not support chat', 'bad-request'],
    [400, 'Multimodal data provided, but model does not support multimodal requests.', 'bad-request'],
    [400, 'this model does not support image input', 'bad-request'],
    [404, 'path not found', 'bad-request'],
  ])('are told apart: %s %j', (status, error, kind) => {
    expect(decode(status, { error })).toMatchObject({ kind, message: error })
  })

  it.each<[number, JsonValue, Cause['kind']]>([
    [503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }, 'loading'],
    [503, { error: { message: 'Busy', type: 'unavailable_error', code: 503 } }, 'overloaded'],
    [400, { error: { code: 400, message: "model 'nope' not found", type: 'invalid_request_error' } }, 'unknown-model'],
    [404, { error: { message: 'File Not Found', type: 'not_found_error', code: 404 } }, 'bad-request'],
    [401, { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } }, 'bad-key'],
    [
      500,
      {
        error: {
          code: 500,
          message: 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
          type: 'server_error',
        },
      },
      'bad-request',
    ],
    [
      500,
      {
        error: JSON.stringify({
          error: { code: 500, message: 'image input is not supported - hint: …', type: 'server_error' },
        }),
      },
      'bad-request',
    ],
    [
      500,
      {
        error: {
          code: 500,
          message: 'Jinja Exception: System message must be at the beginning.',
          type: 'server_error',
        },
      },
      'server-error',
    ],
  ])('of llama-server are told apart: %i %j', (status, body, kind) => {
    expect(decode(status, body)).toMatchObject({ kind, status })
  })

  it('explain a bare 403, which is about the Host header', () => {
    const failure = decode(403, undefined)
    expect(failure).toMatchObject({ kind: 'forbidden', status: 403 })
    expect(failure.message).toContain('Host')
  })

  it('leave a 403 with a reason its own words', () => {
    expect(decode(403, { error: 'cloud models are disabled' })).toMatchObject({
      kind: 'forbidden',
      message: 'cloud models are disabled',
    })
  })
})
