/** What OpenAI's two dialects refuse, sentence by sentence (providers.md 4.5, 4.6). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeProvider, startProvider } from './start.ts'

let provider: FakeProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterEach(() => provider.reset())
afterAll(() => provider.stop())

interface Answer {
  id: string
  output: { id: string; type: string }[]
  error?: { message: string; code: string | null; type: string }
}

async function post(path: string, body: object): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(provider.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
    body: JSON.stringify(body),
  })
  const answer: Answer = Object(await response.json())
  return { status: response.status, answer }
}

const long = (length: number): string => 'x'.repeat(length)

describe('Chat Completions refuses', () => {
  const asked = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }] }
  const offer = (definition: object): object => ({ ...asked, tools: [{ type: 'function', function: definition }] })
  const call = (id: string, name = 'f'): object => ({ id, type: 'function', function: { name, arguments: '{}' } })
  const said = (...tool_calls: object[]): object => ({
    ...asked,
    messages: [...asked.messages, { role: 'assistant', content: null, tool_calls }],
  })

  test.each<[string, object, string, string | null]>([
    [
      'a limit by its old name, of a model that reasons',
      { ...asked, model: 'gpt-5.4', max_tokens: 9 },
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'unsupported_parameter',
    ],
    [
      'a call with an id that is too long',
      said(call(long(51))),
      "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 51 instead.",
      'string_above_max_length',
    ],
    [
      'a result with an id that is too long',
      { ...asked, messages: [...asked.messages, { role: 'tool', tool_call_id: long(41), content: '' }] },
      "Invalid 'messages[1].tool_call_id': string too long. Expected a string with maximum length 40, but got a string with length 41 instead.",
      'string_above_max_length',
    ],
    [
      'a call without an id',
      said(call('')),
      "Invalid 'messages[1].tool_calls[0].id': empty string. Expected a string with minimum length 1, but got an empty string instead.",
      'empty_string',
    ],
    [
      'a called name that does not fit',
      said(call('c', 'fs.read')),
      "Invalid 'messages[1].tool_calls[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      'invalid_value',
    ],
    [
      'an offered name that does not fit',
      offer({ name: 'fs.read' }),
      "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      'invalid_value',
    ],
    [
      'an offered name that is too long',
      offer({ name: long(65) }),
      "Invalid 'tools[0].function.name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      'string_above_max_length',
    ],
    [
      'a description that is too long',
      offer({ name: 'f', description: long(1025) }),
      "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 1025 instead.",
      'string_above_max_length',
    ],
    [
      'an empty list of tools',
      { ...asked, tools: [] },
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'empty_array',
    ],
    [
      'a choice without tools',
      { ...asked, tool_choice: 'auto' },
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      null,
    ],
    [
      'an unknown kind of tool',
      { ...asked, tools: [{ type: 'web_search' }] },
      "Invalid value: 'web_search'. Supported values are: 'function' and 'custom'.",
      'invalid_value',
    ],
    [
      'JSON that nobody speaks of',
      { ...asked, response_format: { type: 'json_object' } },
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      null,
    ],
    [
      'a schema without a name that fits',
      { ...asked, response_format: { type: 'json_schema', json_schema: { name: 'my answer', schema: {} } } },
      "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      'invalid_value',
    ],
  ])('%s', async (_name, body, message, code) => {
    const { status, answer } = await post('/v1/chat/completions', body)
    expect(status).toBe(400)
    expect(answer.error).toMatchObject({ type: 'invalid_request_error', message, code })
  })
})

describe('the Responses API refuses', () => {
  const model = 'gpt-5.4'
  const words = { role: 'user', content: 'Hi' }
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
  const output = { type: 'function_call_output', call_id: 'c', output: '' }
  const custom = { type: 'custom_tool_call', call_id: 'c', name: 'f', input: '' }
  const shell = { type: 'local_shell_call', call_id: 'c', action: {}, status: 'completed' }
  const messages = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'x' }] }

  test.each<[string, object[], number, string]>([
    [
      'a call id that is too long',
      [{ ...call, call_id: long(116) }],
      400,
      "Invalid 'input[0].call_id': string too long. Expected a string with maximum length 64, but got a string with length 116 instead.",
    ],
    ['a call without an id', [{ ...call, call_id: undefined }], 400, "Missing required parameter: 'input[0].call_id'."],
    [
      'a call whose name does not fit',
      [{ ...call, name: 'fs.read' }],
      400,
      "Invalid 'input[0].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    ],
    ['a call without an output', [call, words], 400, 'No tool output found for function call c.'],
    ['a custom call without an output', [custom, words], 400, 'No tool output found for custom tool call c.'],
    ['a shell call without an output', [shell, words], 400, 'No tool output found for local shell call c.'],
    ['an output without a call', [output], 400, 'No tool call found for function call output with call_id c.'],
    [
      'an output of another kind than its call',
      [call, { ...output, type: 'custom_tool_call_output' }],
      400,
      'No tool call found for custom tool call output with call_id c.',
    ],
    [
      'an empty id',
      [{ ...messages, id: '' }],
      400,
      "Invalid 'input[0].id': ''. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.",
    ],
    [
      'a message that nobody said',
      [{ ...messages, id: 'msg_trooper1' }],
      404,
      "Item with id 'msg_trooper1' not found.",
    ],
    ['a call that nobody made', [{ ...call, id: 'fc_1' }, output], 404, "Item with id 'fc_1' not found."],
    [
      'reasoning of nobody',
      [{ type: 'reasoning', id: 'rs_1', summary: [] }, messages],
      404,
      "Item with id 'rs_1' not found.",
    ],
    ['a reference to nothing', [{ type: 'item_reference', id: 'msg_1' }], 404, "Item with id 'msg_1' not found."],
    ['a reference without its type to nothing', [{ id: 'msg_1' }], 404, "Item with id 'msg_1' not found."],
    [
      'a summary that somebody else sealed',
      [{ type: 'compaction', encrypted_content: 'trooper.x' }],
      400,
      'The encrypted content troo... could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
    ],
  ])('%s', async (_name, input, status, message) => {
    const refused = await post('/v1/responses', { model, input })
    expect(refused.answer.error).toMatchObject({ type: 'invalid_request_error', message })
    expect(refused.status).toBe(status)
  })

  test.each<[string, object, string]>([
    [
      'a tool of an unknown kind',
      { tools: [{ type: 'bash' }] },
      "Invalid value: 'bash'. Supported values are: 'function', 'custom', 'local_shell'",
    ],
    [
      'a name that does not fit, in a namespace too',
      { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'a.b' }] }] },
      "Invalid 'tools[0].tools[0].name': string does not match pattern.",
    ],
    [
      'the choice of a tool that is not offered',
      { tools: [{ type: 'custom', name: 'f' }], tool_choice: { type: 'function', name: 'f' } },
      "Tool choice 'function' not found in 'tools' parameter.",
    ],
    [
      'JSON that only the instructions speak of',
      { instructions: 'Answer in JSON.', text: { format: { type: 'json_object' } } },
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
    ],
    ['a conversation that is not there', { conversation: 'conv_1' }, "Conversation with id 'conv_1' not found."],
    [
      'two holders of one history',
      { previous_response_id: 'resp_1', conversation: 'conv_1' },
      "Mutually exclusive parameters: 'previous_response_id'.",
    ],
  ])('%s', async (_name, fields, message) => {
    const { answer } = await post('/v1/responses', { model, input: 'Hi', ...fields })
    expect(answer.error?.message).toContain(message)
  })

  test('reasoning without what follows it, and what follows it without the reasoning', async () => {
    await provider.play({ mode: 'ok', thinking: 'Hm.', text: 'Yes.', times: 1 })
    const { answer } = await post('/v1/responses', { model, input: 'Hi' })
    const [reasoning, message] = answer.output
    const refusal = async (...items: unknown[]): Promise<string | undefined> =>
      (await post('/v1/responses', { model, input: [words, ...items, words] })).answer.error?.message
    expect(await refusal(reasoning, message)).toBeUndefined()
    expect(await refusal(reasoning)).toBe(
      `Item '${reasoning?.id}' of type 'reasoning' was provided without its required following item.`,
    )
    expect(await refusal(message)).toBe(
      `Item '${message?.id}' of type 'message' was provided without its required 'reasoning' item: '${reasoning?.id}'.`,
    )
    expect(await refusal(reasoning, message, message)).toBe(
      `Duplicate item found with id ${message?.id}. Remove duplicate items from your input and try again.`,
    )
  })

  test('a reference to what was not kept', async () => {
    const { answer } = await post('/v1/responses', { model, input: 'Hi', store: false })
    const id = answer.output[0]?.id
    const refused = await post('/v1/responses', { model, input: [{ type: 'item_reference', id }] })
    expect(refused.answer.error?.message).toContain('Items are not persisted when `store` is set to false.')
    expect((await post('/v1/responses', { model, input: [{ ...answer.output[0] }] })).status).toBe(200)
  })
})
