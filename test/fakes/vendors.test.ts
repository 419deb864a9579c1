/** What single vendors refuse of a history that another model had a part in (providers.md 4.6). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeProvider, startProvider } from './start.ts'
import { type VendorName, vendorNames } from './vendors.ts'

let provider: FakeProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterEach(() => provider.reset())
afterAll(() => provider.stop())

const user = { role: 'user', content: 'Hi' }
const call = (id: string, more: object = {}): object => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: '{}' },
  ...more,
})
const turn = (id: string, more: object = {}): object => ({
  role: 'assistant',
  content: null,
  tool_calls: [call(id)],
  ...more,
})
const result = (id: string): object => ({ role: 'tool', tool_call_id: id, content: 'ok' })
const words = { role: 'assistant', content: 'Yes.' }

async function send(vendor: VendorName, body: object): Promise<Response> {
  await provider.configure({ vendor })
  return fetch(`${provider.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
    body: JSON.stringify({ model: 'm', ...body }),
  })
}

const flat = (message: string, type: string, code: string): object => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
  raw_status_code: 400,
})
const disordered = (message: string): object => flat(message, 'invalid_request_message_order', '3230')
const deepseek = (message: string): object => ({
  error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request_error' },
})

const refusals: { [V in VendorName]: [string, object[], number, object][] } = {
  openai: [
    [
      'reasoning in a message',
      [user, { ...words, reasoning_content: 'Hm.' }, user],
      400,
      {
        error: { message: "Additional properties are not allowed ('reasoning_content' was unexpected) - 'messages.1'" },
      },
    ],
  ],
  mistral: [
    [
      'an id that is not of nine characters',
      [user, turn('toolu_01VpEm654HvfMoRcrE3Hgdc6')],
      400,
      flat(
        'Tool call id was toolu_01VpEm654HvfMoRcrE3Hgdc6 but must be a-z, A-Z, 0-9, with a length of 9.',
        'invalid_function_call',
        '3280',
      ),
    ],
    [
      'a user right behind a result',
      [user, turn('abcdefgh1'), result('abcdefgh1'), user],
      400,
      disordered("Unexpected role 'user' after role 'tool'"),
    ],
    [
      'a system message behind an answer',
      [user, words, { role: 'system', content: 'x' }, user],
      400,
      disordered("Unexpected role 'system' after role 'assistant'"),
    ],
    [
      'an answer at the end that is no prefix',
      [user, words],
      400,
      disordered('Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant'),
    ],
    [
      'reasoning in a message',
      [user, { ...words, reasoning_content: 'Hm.' }, user],
      422,
      {
        message: {
          detail: [{ type: 'extra_forbidden', loc: ['body', 'messages', 1, 'assistant', 'reasoning_content'] }],
        },
      },
    ],
    [
      'an answer that says nothing',
      [user, { ...words, content: '' }, user],
      400,
      flat('Assistant message must have either content or tool_calls, but not none.', 'invalid_request_error', '3240'),
    ],
  ],
  gemini: [
    [
      'a call without a thought signature',
      [user, turn('c'), result('c')],
      400,
      [{ error: { message: expect.stringContaining('function call `default_api:f` , position 1.'), code: 400 } }],
    ],
    [
      'a thought signature of somebody else',
      [user, turn('c', { tool_calls: [call('c', { extra_content: { google: { thought_signature: 'x' } } })] })],
      400,
      [{ error: { message: 'Corrupted thought signature.', status: 'INVALID_ARGUMENT' } }],
    ],
  ],
  deepseek: [
    [
      'a turn with calls that has no reasoning',
      [user, words, turn('c'), result('c')],
      400,
      deepseek(
        'Missing `reasoning_content` field in the assistant message at message index 2. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls',
      ),
    ],
    [
      'a role of OpenAI’s',
      [{ role: 'developer', content: 'x' }, user],
      400,
      { error: { message: expect.stringContaining('unknown variant `developer`') } },
    ],
  ],
  groq: [
    [
      'reasoning in a message',
      [user, { ...words, reasoning_content: 'Hm.' }, user],
      400,
      {
        error: {
          message:
            "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]",
          type: 'invalid_request_error',
        },
      },
    ],
  ],
}

describe.each(vendorNames)('%s', (vendor) => {
  test.each(refusals[vendor])('refuses %s', async (_name, messages, status, body) => {
    const response = await send(vendor, { messages })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(body)
  })

  test('takes its own answers back', async () => {
    await provider.play({
      mode: 'ok',
      thinking: 'Hm.',
      toolCalls: [
        { name: 'f', input: {} },
        { name: 'g', input: {} },
      ],
    })
    const answer: { choices: { message: { tool_calls: { id: string }[] } }[] } = Object(
      await (await send(vendor, { messages: [user] })).json(),
    )
    const message = answer.choices[0]?.message
    const { reasoning_content: _, reasoning: __, ...rest } = { reasoning_content: '', reasoning: '', ...message }
    const said = vendor === 'deepseek' ? message : rest
    const results = message?.tool_calls.map(({ id }) => result(id)) ?? []
    const response = await send(vendor, { messages: [user, said, ...results] })
    expect(await response.json()).toHaveProperty('choices')
  })
})

test.each(['mistral', 'gemini', 'deepseek', 'groq'] as const)('%s knows only functions', async (vendor) => {
  const response = await send(vendor, { messages: [user], tools: [{ type: 'custom', custom: { name: 'f' } }] })
  expect(await response.text()).toContain("tools.0.type: value must be 'function'")
})
