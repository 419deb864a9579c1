/** The traps of each wire on the way to a target (providers.md 4, style-anchors.md 5.3). */
import { describe, expect, it } from 'vitest'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import type { JsonValue } from '../../src/ir/json.ts'
import type { AssistantPart, ChatRequest, Message, ToolResultPart } from '../../src/ir/request.ts'
import { plainRequest } from '../plain-request.ts'

type Wire = Record<string, unknown>

const base: ChatRequest = { ...plainRequest, model: 'm', messages: [] }

function encode(dialect: ClientDialectName, request: Partial<ChatRequest>, warnings: string[] = []): Wire {
  const body = targetDialects[dialect].encodeRequest({ ...base, ...request }, (what) => warnings.push(what))
  return JSON.parse(JSON.stringify(body)) as Wire
}

function wireMessages(dialect: ClientDialectName, ...messages: Message[]): Wire[] {
  return encode(dialect, { messages })[dialect === 'openai-responses' ? 'input' : 'messages'] as Wire[]
}

function decode(dialect: ClientDialectName, body: Record<string, JsonValue>): ChatRequest {
  return clientDialects[dialect].decodeRequest({ model: 'm', ...body })
}

const say = (role: 'system' | 'user' | 'assistant', text: string): Message => ({
  role,
  content: [{ type: 'text', text }],
})
const call = (id: string): AssistantPart => ({ type: 'tool-call', id, name: 'run', input: '{"x":1}' })
const png = { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'AAAA' } } as const

function result(callId: string, ...more: ToolResultPart['content']): ToolResultPart {
  return { type: 'tool-result', callId, content: [{ type: 'text', text: `of ${callId}` }, ...more], isError: false }
}

const sealed: AssistantPart[] = [
  { type: 'reasoning', text: 'Hm.', seal: { dialect: 'anthropic', kind: 'signature', value: 'EqQB' } },
  { type: 'reasoning', text: '', seal: { dialect: 'anthropic', kind: 'redacted', value: 'EmwK' } },
  {
    type: 'reasoning',
    text: 'So.',
    seal: { dialect: 'openai-responses', kind: 'encrypted', value: 'gAAAA', id: 'rs_1' },
  },
  { type: 'reasoning', text: 'Local thought.' },
  { type: 'text', text: 'Hi' },
]

describe('to Messages', () => {
  it('puts tool results first in the user message that follows the calls', () => {
    const [, ...messages] = wireMessages(
      'anthropic',
      say('user', 'Hi'),
      { role: 'assistant', content: [call('a'), call('b')] },
      { role: 'tool', content: [result('a'), result('b')] },
      say('user', 'go on'),
    )
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'user'])
    expect(((messages[1]?.['content'] ?? []) as Wire[]).map(({ type }) => type)).toEqual([
      'tool_result',
      'tool_result',
      'text',
    ])
  })

  it('sends the own seals verbatim and foreign or local reasoning never: that is always refused', () => {
    const [, message] = wireMessages('anthropic', say('user', 'Hi'), { role: 'assistant', content: sealed })
    expect(message?.['content']).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
      { type: 'redacted_thinking', data: 'EmwK' },
      { type: 'text', text: 'Hi' },
    ])
  })

  it('always names a limit, which this wire requires', () => {
    expect(encode('anthropic', {})['max_tokens']).toBeGreaterThan(0)
    expect(encode('anthropic', { sampling: { maxOutputTokens: 7, stopSequences: [] } })['max_tokens']).toBe(7)
  })

  it('names the type of an input of which the client says nothing', () => {
    const { tools } = decode('openai-chat', {
      messages: [],
      tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
    })
    expect(encode('anthropic', { tools })['tools']).toMatchObject([{ input_schema: { type: 'object' } }])
  })

  it('sends no empty text, which is refused', () => {
    const text = JSON.stringify(
      encode('anthropic', { messages: [say('user', 'Hi'), say('assistant', ''), say('user', 'Go on')] }),
    )
    expect(text).not.toContain('"text":""')
  })

  it('keeps leading system messages on top and a later one in its place', () => {
    const messages = [say('system', 'a'), say('system', 'b'), say('user', 'Hi'), say('system', 'late')]
    const wire = encode('anthropic', { messages })
    expect(wire['system']).toMatchObject([{ text: 'a' }, { text: 'b' }])
    expect(wire['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: '<system>\nlate\n</system>' },
        ],
      },
    ])
  })

  it('begins and ends with the user where the model wants that, and never says nothing', () => {
    const spoken = [say('assistant', 'Hello.'), say('user', ' \n'), say('assistant', 'So ')]
    const turns = (model: string) =>
      (encode('anthropic', { model, messages: spoken })['messages'] as Wire[]).map(({ role, content }) => [
        role,
        (content as Wire[]).map((block) => block['text']),
      ])
    expect(turns('claude-opus-4-6')).toEqual([
      ['user', ['(The conversation begins.)']],
      ['assistant', ['Hello.']],
      ['user', ['(an empty message)']],
      ['assistant', ['So ']],
      ['user', ['Go on from where you stopped.']],
    ])
    expect(turns('claude-sonnet-4-5').at(-1)).toEqual(['assistant', ['So']])
  })

  it.each(['functions.Bash:0', 'call 7'])('gives calls and their results ids that fit the pattern: %j', (id) => {
    const [, ...messages] = wireMessages(
      'anthropic',
      say('user', 'Hi'),
      { role: 'assistant', content: [call(id)] },
      { role: 'tool', content: [result(id)] },
    )
    const [use, answer] = messages.map((message) => (message['content'] as Wire[])[0])
    expect(use?.['id']).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(answer?.['tool_use_id']).toBe(use?.['id'])
  })

  it('keeps cache marks and errors of tools', () => {
    const cache = { type: 'ephemeral' }
    const messages = wireMessages(
      'anthropic',
      { role: 'user', content: [{ type: 'text', text: 'Hi', cache }] },
      { role: 'tool', content: [{ ...result('a'), isError: true, cache }] },
    )
    expect(messages[0]?.['content']).toMatchObject([{ cache_control: cache }, { is_error: true, cache_control: cache }])
  })
})

describe('an image whose type is misspelt', () => {
  it('goes to Messages under its right name, the only one that is taken there', () => {
    const request = decode('openai-chat', {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/jpg;base64,QUJD' } }] }],
    })
    const source = { type: 'base64', media_type: 'image/jpeg', data: 'QUJD' }
    expect(encode('anthropic', request)).toMatchObject({ messages: [{ content: [{ type: 'image', source }] }] })
  })
})

describe('to Chat', () => {
  it('keeps tool results together behind their calls, and shows their images after the last one', () => {
    const messages = wireMessages(
      'openai-chat',
      { role: 'assistant', content: [call('a'), call('b')] },
      { role: 'tool', content: [result('a', png), result('b')] },
    )
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'tool', 'user'])
    expect(messages.at(-1)?.['content']).toMatchObject([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ])
  })

  it.each([
    ['gpt-4.1', 'max_tokens'],
    ['gpt-5.4', 'max_completion_tokens'],
    ['o3', 'max_completion_tokens'],
    ['gpt-oss-20b', 'max_tokens'],
  ])('names the limit as %s knows it', (model, field) => {
    expect(encode('openai-chat', { model, sampling: { maxOutputTokens: 7, stopSequences: [] } })[field]).toBe(7)
  })

  it('sends no tool settings where every tool is of another provider', () => {
    const foreign = { type: 'opaque', dialect: 'anthropic', kind: 'web_search', value: { name: 'web_search' } } as const
    const toolChoice = { type: 'tool', name: 'web_search' } as const
    for (const dialect of ['openai-chat', 'openai-responses'] as const) {
      const wire = encode(dialect, { tools: [foreign], toolChoice, parallelToolCalls: false })
      for (const field of ['tools', 'tool_choice', 'parallel_tool_calls']) expect(wire).not.toHaveProperty(field)
    }
  })

  it('asks for usage only where it asks for a stream', () => {
    expect(encode('openai-chat', {})['stream_options']).toEqual({ include_usage: true })
    expect(encode('openai-chat', { stream: false })).not.toHaveProperty('stream_options')
  })

  it('never sends reasoning of any origin', () => {
    expect(wireMessages('openai-chat', { role: 'assistant', content: sealed })).toEqual([
      { role: 'assistant', content: 'Hi' },
    ])
  })

  it('says no text as null beside calls, and as an empty text alone', () => {
    expect(wireMessages('openai-chat', { role: 'assistant', content: [call('a')] })).toMatchObject([{ content: null }])
  })

  it('sends no tool settings without tools, which is refused', () => {
    const wire = encode('openai-chat', { toolChoice: { type: 'required' }, parallelToolCalls: false })
    for (const field of ['tools', 'tool_choice', 'parallel_tool_calls']) expect(wire).not.toHaveProperty(field)
  })
})

describe('to Responses', () => {
  it('leaves out item ids, sends own sealed reasoning and no other', () => {
    const items = wireMessages('openai-responses', { role: 'assistant', content: [...sealed, call('call_1')] })
    expect(items).toMatchObject([
      { type: 'reasoning', encrypted_content: 'gAAAA' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] },
      { type: 'function_call', call_id: 'call_1', arguments: '{"x":1}' },
    ])
    expect(items.slice(1).filter((item) => 'id' in item)).toEqual([])
  })

  it('keeps nothing at the provider', () => {
    expect(encode('openai-responses', {})['store']).toBe(false)
  })

  it('gives calls and their results ids of at most 64 characters', () => {
    const id = 'c'.repeat(116)
    const items = wireMessages(
      'openai-responses',
      { role: 'assistant', content: [call(id)] },
      { role: 'tool', content: [result(id)] },
    )
    const ids = items.map((item) => String(item['call_id']))
    expect(ids[0]?.length).toBeLessThanOrEqual(64)
    expect(ids[0]).toBe(ids[1])
  })

  it('asks for at least as many tokens as are taken there', () => {
    expect(
      encode('openai-responses', { sampling: { maxOutputTokens: 1, stopSequences: [] } })['max_output_tokens'],
    ).toBe(16)
  })

  it('reports stop sequences, which it has no place for', () => {
    const warnings: string[] = []
    encode('openai-responses', { sampling: { stopSequences: ['###'] } }, warnings)
    expect(warnings).toHaveLength(1)
  })
})

describe('tools of which none is left, as only their own provider has them', () => {
  it.each(['anthropic', 'openai-chat', 'openai-responses'] as const)('are no list and no choice for %s', (dialect) => {
    const other = dialect === 'anthropic' ? 'openai-responses' : 'anthropic'
    const search = { type: 'opaque', dialect: other, kind: 'web_search', value: { type: 'web_search' } } as const
    const wire = encode(dialect, { tools: [search], toolChoice: { type: 'required' }, parallelToolCalls: false })
    for (const field of ['tools', 'tool_choice', 'parallel_tool_calls']) expect(wire).not.toHaveProperty(field)
  })
})

describe('what only one provider understands', () => {
  it.each<ClientDialectName>(['anthropic', 'openai-chat', 'openai-responses'])(
    'is left out of %s and reported',
    (dialect) => {
      const warnings: string[] = []
      const foreign = { type: 'opaque', dialect: 'ollama', kind: 'sparkle', value: { type: 'sparkle' } } as const
      const messages: Message[] = [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }, foreign] },
        { role: 'assistant', content: [{ type: 'text', text: 'Hello' }, foreign] },
      ]
      const wire = encode(dialect, { messages, tools: [foreign] }, warnings)
      expect(JSON.stringify(wire)).not.toContain('"type":"sparkle"')
      expect(warnings).toHaveLength(3)
      for (const warning of warnings) expect(warning).toContain('sparkle')
    },
  )
})

describe('from Chat', () => {
  it('knows developer messages, legacy functions and results by name', () => {
    const { messages, tools, toolChoice } = decode('openai-chat', {
      functions: [{ name: 'run', parameters: { type: 'object' } }],
      function_call: { name: 'run' },
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'assistant', content: null, function_call: { name: 'run', arguments: '{}' } },
        { role: 'function', name: 'run', content: 'ok' },
      ],
    })
    expect(messages.map(({ role }) => role)).toEqual(['system', 'assistant', 'tool'])
    const [use, answer] = [messages[1]?.content[0], messages[2]?.content[0]]
    expect(use?.type === 'tool-call' && use.id).toBe(answer?.type === 'tool-result' && answer.callId)
    expect(tools).toMatchObject([{ type: 'function', name: 'run' }])
    expect(toolChoice).toEqual({ type: 'tool', name: 'run' })
  })

  it('reads both names of the limit, the newer one first', () => {
    expect(decode('openai-chat', { messages: [], max_tokens: 5 }).sampling.maxOutputTokens).toBe(5)
    const both = { messages: [], max_tokens: 5, max_completion_tokens: 9 }
    expect(decode('openai-chat', both).sampling.maxOutputTokens).toBe(9)
  })

  it('reads images, files and audio', () => {
    const { messages } = decode('openai-chat', {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,QUJD', detail: 'low' } },
            { type: 'image_url', image_url: { url: 'https://x.example/a.png?sig=%2B' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
            { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
          ],
        },
      ],
    })
    expect(messages[0]?.content).toEqual([
      { type: 'file', mediaType: 'image/jpeg', data: { from: 'base64', data: 'QUJD' }, detail: 'low' },
      { type: 'file', mediaType: 'image/*', data: { from: 'url', url: 'https://x.example/a.png?sig=%2B' } },
      { type: 'file', mediaType: 'application/pdf', data: { from: 'base64', data: 'QUJD' }, filename: 'a.pdf' },
      { type: 'file', mediaType: 'audio/mp3', data: { from: 'base64', data: 'QUJD' } },
    ])
  })

  it('takes parallel results as one turn', () => {
    const tool = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'ok' })
    const { messages } = decode('openai-chat', { messages: [tool('a'), tool('b')] })
    expect(messages).toMatchObject([{ role: 'tool', content: [{ callId: 'a' }, { callId: 'b' }] }])
  })
})

describe('from Messages', () => {
  it('splits tool results off the words around them', () => {
    const { messages } = decode('anthropic', {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'ok' },
            { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'no' }], is_error: true },
            { type: 'text', text: 'go on' },
          ],
        },
      ],
    })
    expect(messages).toMatchObject([
      {
        role: 'tool',
        content: [
          { callId: 'a', isError: false },
          { callId: 'b', isError: true },
        ],
      },
      { role: 'user', content: [{ text: 'go on' }] },
    ])
  })

  it('keeps result blocks that it does not know as text, so that a model still sees them', () => {
    const block = { type: 'tool_reference', tool_name: 'WebFetch' }
    const { messages } = decode('anthropic', {
      messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [block] }] }],
    })
    expect(JSON.stringify(messages)).toContain('WebFetch')
  })

  it('with content of a wrong kind is refused with its place', () => {
    const body = {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 7 },
      ],
    }
    expect(() => decode('anthropic', body)).toThrow(expect.objectContaining({ path: 'messages.1.content' }))
  })
})

describe('to any provider', () => {
  it.each(['anthropic', 'openai-chat', 'openai-responses'] as const)(
    'to %s: speaks of no tools where none of them means anything to it',
    (dialect) => {
      const foreign = { type: 'opaque', dialect: 'ollama', kind: 'web_search', value: {} } as const
      const wire = encode(dialect, { messages: [say('user', 'Hi')], tools: [foreign], parallelToolCalls: false })
      expect(Object.keys(wire).filter((field) => field.includes('tool'))).toEqual([])
    },
  )

  it('to openai-chat: sends sound as sound', () => {
    const sound = { type: 'file', mediaType: 'audio/mp3', data: { from: 'base64', data: 'AAAA' } } as const
    expect(wireMessages('openai-chat', { role: 'user', content: [sound] })).toEqual([
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }] },
    ])
  })
})
