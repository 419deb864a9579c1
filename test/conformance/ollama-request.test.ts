/** What Ollama's own API takes and what it does not (local-engines.md 1.1, 1.7). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { satisfyTemplate } from '../../src/context/adapt/strict-template.ts'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import type { ChatRequest, Message, ToolResultPart } from '../../src/ir/request.ts'
import { requestFixture, requests } from './requests.ts'
import { plainRequest } from '../plain-request.ts'

interface WireMessage {
  role: string
  content: string
  images?: string[]
  tool_calls?: { id: string; function: { index: number; name: string; arguments: unknown } }[]
  tool_call_id?: string
  tool_name?: string
}
interface Wire {
  messages: WireMessage[]
  tools?: unknown[]
  options: Record<string, unknown>
  [field: string]: unknown
}

const base: ChatRequest = {
  ...plainRequest,
  model: 'qwen2.5:3b',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
}

function encode(request: Partial<ChatRequest>): { wire: Wire; warnings: string[] } {
  const warnings: string[] = []
  const body = targetDialects.ollama.encodeRequest({ ...base, ...request }, (what) => warnings.push(what))
  return { wire: JSON.parse(JSON.stringify(body)) as Wire, warnings }
}

function messagesOf(...messages: Message[]): WireMessage[] {
  return encode({ messages }).wire.messages
}

function result(callId: string, text: string): ToolResultPart {
  return { type: 'tool-result', callId, content: [{ type: 'text', text }], isError: false }
}

const png = { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'iVBORw0KGgo=' } } as const

describe('a request to Ollama', () => {
  it('has texts as content, objects as arguments and the bare base64 as images, whatever was asked', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { wire } = encode(satisfyTemplate(request, () => {}))
        for (const message of wire.messages) {
          expect(typeof message.content).toBe('string')
          for (const image of message.images ?? []) expect(image).toMatch(/^[A-Za-z0-9+/]+=*$/)
          for (const call of message.tool_calls ?? []) {
            expect(call.function.arguments).toBeTypeOf('object')
            expect(Array.isArray(call.function.arguments)).toBe(false)
          }
        }
        expect(wire.messages.findLastIndex(({ role }) => role === 'system')).toBeLessThanOrEqual(0)
      }),
    )
  })

  it('loses no text, no call and no result', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { userId: _, ...nobody } = request
        const { wire, warnings } = encode({ ...nobody, toolChoice: { type: 'auto' }, parallelToolCalls: true })
        const said = JSON.stringify(wire.messages)
        for (const message of request.messages)
          for (const part of message.content) {
            if (part.type === 'text') expect(said).toContain(JSON.stringify(part.text).slice(1, -1))
            if (part.type === 'tool-call') expect(said).toContain(`"name":"${part.name}"`)
            if (part.type === 'tool-result') expect(said).toContain(`"tool_call_id":"${part.callId}"`)
          }
        expect(wire.tools ?? []).toHaveLength(request.tools.length)
        expect(warnings).toEqual([])
      }),
    )
  })

  it('carries calls with their ids and order, and each result behind them', () => {
    const messages = messagesOf(
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool-call', id: 'a', name: 'one', input: '{"x": 1}' },
          { type: 'tool-call', id: 'b', name: 'two', input: '' },
        ],
      },
      { role: 'tool', content: [result('a', 'first'), result('b', 'second')] },
    )
    expect(messages).toMatchObject([
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [
          { id: 'a', function: { name: 'one', arguments: { x: 1 } } },
          { id: 'b', function: { name: 'two', arguments: {} } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'first' },
      { role: 'tool', tool_call_id: 'b', content: 'second' },
    ])
  })

  const twoCalls: Message = {
    role: 'assistant',
    content: [
      { type: 'text', text: 'I look.' },
      { type: 'tool-call', id: 'a', name: 'one', input: '{}' },
      { type: 'tool-call', id: 'b', name: 'two', input: '{}' },
    ],
  }

  it('numbers calls among calls', () => {
    const [message] = messagesOf(twoCalls)
    expect(message?.tool_calls?.map((call) => call.function.index)).toEqual([0, 1])
  })

  it('has results in the order of their calls, because templates pair them by place', () => {
    const messages = messagesOf(twoCalls, { role: 'tool', content: [result('b', 'second'), result('a', 'first')] })
    expect(messages.slice(1).map(({ tool_call_id }) => tool_call_id)).toEqual(['a', 'b'])
  })

  it('names the tool of each result, also where the client named only the call', () => {
    const messages = messagesOf(twoCalls, { role: 'tool', content: [result('a', 'first'), result('b', 'second')] })
    expect(messages.slice(1).map(({ tool_name }) => tool_name)).toEqual(['one', 'two'])
  })

  it('has images where they belong, also those of a tool result', () => {
    const messages = messagesOf(
      { role: 'user', content: [{ type: 'text', text: 'Look' }, png] },
      { role: 'tool', content: [{ ...result('a', 'shot'), content: [{ type: 'text', text: 'shot' }, png] }] },
    )
    expect(messages).toMatchObject([
      { content: 'Look', images: ['iVBORw0KGgo='] },
      { role: 'tool', content: 'shot', images: ['iVBORw0KGgo='] },
    ])
  })

  it.each([
    [
      'a picture on the web',
      { type: 'file', mediaType: 'image/png', data: { from: 'url', url: 'https://x.example/a.png' } },
    ],
    [
      'a PDF',
      { type: 'file', mediaType: 'application/pdf', data: { from: 'base64', data: 'JVBER' }, filename: 'plan.pdf' },
    ],
    ['an uploaded file', { type: 'file', mediaType: 'image/png', data: { from: 'id', id: 'file_1' } }],
    ['a block of one provider', { type: 'opaque', dialect: 'anthropic', kind: 'search_result', value: {} }],
  ] as const)('says in words that %s was there, and reports the loss', (_what, part) => {
    const { wire, warnings } = encode({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Look' }, part] }] })
    expect(wire.messages[0]?.content).toMatch(/^Look\n\n\[.+\]$/)
    expect(wire.messages[0]).not.toHaveProperty('images')
    expect(warnings).toHaveLength(1)
  })

  it('shows a document that is text as text', () => {
    const file = { type: 'file', mediaType: 'text/plain', data: { from: 'text', text: 'Chapter 1' } } as const
    expect(messagesOf({ role: 'user', content: [file] })).toMatchObject([{ content: 'Chapter 1' }])
  })

  it('maps sampling to options, and merges what the engine decided', () => {
    const { wire } = encode({
      sampling: {
        maxOutputTokens: 99,
        temperature: 0,
        topP: 0.9,
        topK: 40,
        seed: 7,
        presencePenalty: 1,
        frequencyPenalty: 2,
        stopSequences: ['###'],
      },
      extras: {
        ollama: { truncate: false, shift: false, keep_alive: '30m', options: { num_ctx: 8192 } },
        anthropic: { thread: 1 },
      },
    })
    expect(wire).toMatchObject({ model: 'qwen2.5:3b', stream: true, truncate: false, shift: false, keep_alive: '30m' })
    expect(wire.options).toEqual({
      num_predict: 99,
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: 1,
      frequency_penalty: 2,
      stop: ['###'],
      num_ctx: 8192,
    })
    expect(wire).not.toHaveProperty('thread')
  })

  it('says explicitly whether it streams, because the default is to', () => {
    expect(encode({ stream: false }).wire['stream']).toBe(false)
  })

  it.each([
    [{ type: 'text' }, undefined],
    [{ type: 'json' }, 'json'],
    [
      { type: 'json', schema: { type: 'object', properties: { a: {} } }, name: 'x' },
      { type: 'object', properties: { a: {} } },
    ],
  ] as const)('maps the wanted output %j to a format', (output, format) => {
    expect(encode({ output }).wire['format']).toEqual(format)
  })

  it.each([
    [undefined, undefined],
    [{ effort: 'none' }, false],
    [{ effort: 'high' }, undefined],
    [{ budgetTokens: 1000 }, undefined],
  ])('with reasoning %j asks to think: %s, as `true` is an error on a model that cannot', (reasoning, think) => {
    expect(encode(reasoning ? { reasoning } : {}).wire['think']).toBe(think)
  })

  describe('with tools', () => {
    const tool = {
      type: 'function',
      name: 'run',
      description: 'Runs.',
      inputSchema: { type: 'object' },
      strict: true,
    } as const
    const foreign = {
      type: 'opaque',
      dialect: 'anthropic',
      kind: 'web_search_20250305',
      value: { name: 'web_search' },
    } as const

    it('has them in the shape of functions, and reports one that works only at its provider', () => {
      const { wire, warnings } = encode({ tools: [tool, foreign] })
      const parameters = { type: 'object' }
      expect(wire.tools).toEqual([{ type: 'function', function: { name: 'run', description: 'Runs.', parameters } }])
      expect(warnings).toEqual([expect.stringContaining('web_search')])
    })

    it('has none where the client forbade their use', () => {
      expect(encode({ tools: [tool], toolChoice: { type: 'none' } }).wire).not.toHaveProperty('tools')
    })

    it.each([{ type: 'required' }, { type: 'tool', name: 'run' }] as const)(
      'reports that a call cannot be forced: %j',
      (toolChoice) => {
        const { wire, warnings } = encode({ tools: [tool], toolChoice })
        expect(wire.tools).toHaveLength(1)
        expect(warnings).toHaveLength(1)
      },
    )
  })
})

describe.each<[string, ClientDialectName, string]>([
  ['Claude Code', 'anthropic', 'claude-code-request'],
  ['Claude Code in a tool loop', 'anthropic', 'claude-code-follow-up'],
  ['Codex', 'openai-responses', 'codex-request'],
  ['Codex with the built-in provider', 'openai-responses', 'codex-built-in-request'],
])('a conversation of %s', (_client, dialect, name) => {
  const request = satisfyTemplate(clientDialects[dialect].decodeRequest(requestFixture(dialect, name)), () => {})
  const { messages } = encode(request).wire

  it('has one system message, first, with the instructions', () => {
    expect(messages[0]?.role).toBe('system')
    expect(messages[0]?.content).toMatch(/You are an agent\.|You are a coding agent\./)
    expect(messages.slice(1).filter(({ role }) => role === 'system')).toEqual([])
  })

  it('ends with a word that asks for an answer', () => {
    expect(['user', 'tool']).toContain(messages.at(-1)?.role)
  })

  it('says nothing empty', () => {
    expect(messages.filter(({ content, tool_calls }) => content === '' && !tool_calls)).toEqual([])
  })
})
