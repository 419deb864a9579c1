/** What the strict fakes found, one by one: each of these was once sent, and refused. */
import { expect, it } from 'vitest'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import { prepareForCloud } from '../../src/exchange/translate/prepare.ts'
import type { JsonObject } from '../../src/ir/json.ts'
import type { ChatRequest, DialectName, FilePart, Message, Output } from '../../src/ir/request.ts'
import { plainRequest } from '../plain-request.ts'

const base: ChatRequest = {
  ...plainRequest,
  model: 'm',
  messages: [],
}

function wireOf(dialect: DialectName, request: Partial<ChatRequest>, warnings: string[] = []): JsonObject {
  const warn = (what: string): void => void warnings.push(what)
  const prepared = prepareForCloud({ ...base, ...request }, { kind: 'cloud', dialect }, warn)
  return targetDialects[dialect].encodeRequest(prepared, warn)
}

const user: Message = { role: 'user', content: [{ type: 'text', text: 'Hi' }] }
const file = (mediaType: string, data: FilePart['data']): FilePart => ({ type: 'file', mediaType, data })
const bytes = { from: 'base64', data: 'AAAA' } as const

it('reasoning that nothing followed is left out of Responses, and so is what only that led to', () => {
  const thought = {
    type: 'reasoning' as const,
    text: '',
    seal: { dialect: 'openai-responses' as const, kind: 'encrypted' as const, value: 'gAAAA' },
  }
  const messages: Message[] = [
    { role: 'assistant', content: [thought, { type: 'text', text: 'Yes.' }] },
    { role: 'assistant', content: [thought, thought] },
    user,
  ]
  expect(wireOf('openai-responses', { messages })['input']).toMatchObject([
    { type: 'reasoning' },
    { type: 'message', role: 'assistant' },
    { type: 'message', role: 'user' },
  ])
})

it.each(['openai-chat', 'openai-responses'] as const)('the name of a schema fits %s', (dialect) => {
  const output: Output = { type: 'json', schema: { type: 'object' }, name: 'my answer' }
  expect(JSON.stringify(wireOf(dialect, { messages: [user], output }))).toMatch(/"name":"my_answer_\w+"/)
})

it('a file that the assistant wrote is told of in words, as no wire takes one', () => {
  const written: Message = { role: 'assistant', content: [file('image/png', bytes)] }
  for (const dialect of ['anthropic', 'openai-chat', 'openai-responses'] as const) {
    const warnings: string[] = []
    const text = JSON.stringify(wireOf(dialect, { messages: [user, written, user] }, warnings))
    expect(text).toContain('[image/png was here, but this model cannot be shown it]')
    expect(warnings).toHaveLength(1)
  }
})

it.each<[DialectName, FilePart, boolean]>([
  ['anthropic', file('image/webp', bytes), true],
  ['anthropic', file('image/bmp', bytes), false],
  ['anthropic', file('audio/wav', bytes), false],
  ['anthropic', file('application/zip', bytes), false],
  ['openai-chat', file('application/zip', bytes), false],
  ['openai-chat', file('application/pdf', bytes), true],
  ['openai-chat', file('application/pdf', { from: 'url', url: 'https://example.com/a.pdf' }), false],
  ['openai-responses', file('application/pdf', { from: 'url', url: 'https://example.com/a.pdf' }), true],
  ['openai-responses', file('audio/wav', bytes), false],
])('%s is shown only what it reads: %j', (dialect, part, isShown) => {
  const warnings: string[] = []
  const text = JSON.stringify(wireOf(dialect, { messages: [{ role: 'user', content: [part] }] }, warnings))
  expect(text.includes('was here, but this model cannot be shown it')).toBe(!isShown)
  expect(warnings).toHaveLength(isShown ? 0 : 1)
})

it('audio stays audio in Chat Completions', () => {
  const said = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
  const request = clientDialects['openai-chat'].decodeRequest({
    model: 'm',
    messages: [{ role: 'user', content: [said] }],
  })
  expect(wireOf('openai-chat', request)['messages']).toMatchObject([{ content: [said] }])
})

it('the choice of the local shell is kept', () => {
  const asked = { model: 'm', input: 'Hi', tools: [{ type: 'local_shell' }], tool_choice: { type: 'local_shell' } }
  const request = clientDialects['openai-responses'].decodeRequest(asked)
  expect(request.toolChoice).toEqual({ type: 'tool', name: 'local_shell' })
  expect(wireOf('openai-responses', request)).toMatchObject({ tool_choice: asked.tool_choice })
})

it('the result of a plain-text tool of a Chat app is one in Responses too', () => {
  const request = clientDialects['openai-chat'].decodeRequest({
    model: 'm',
    messages: [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f', input: 'x' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'ok' },
    ],
  })
  expect(wireOf('openai-responses', request)['input']).toMatchObject([
    {},
    { type: 'custom_tool_call' },
    { type: 'custom_tool_call_output', call_id: 'a' },
  ])
})
