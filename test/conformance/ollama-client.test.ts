/** Apps that speak Ollama's own API (local-engines.md 1.1, 1.2): what they write is understood, what they read is what they expect. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import { exactText } from '../../src/ir/exact-json.ts'
import { objectOf, type JsonObject } from '../../src/ir/json.ts'
import type { ChatRequest, Message } from '../../src/ir/request.ts'
import { checkChatShape } from '../fakes/check-ollama.ts'
import { sequentialAnswers } from './generated.ts'
import { collect, decodeText } from './streams.ts'
import { readOllama } from './strict-ollama-client.ts'

const { ollama } = clientDialects
const identity = { id: '', model: 'qwen2.5:3b', createdAtMs: 1_741_290_958_123 }
const decode = (body: JsonObject): ChatRequest => ollama.decodeRequest(body)
const chat = decode({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })

const stream = (events: readonly StreamEvent[], request = chat): string =>
  events.map(ollama.createEncoder(identity, request)).join('')

describe('a stream to an Ollama client', () => {
  it('says everything, whatever the answer', () => {
    fc.assert(
      fc.property(sequentialAnswers, (events) => {
        const collected = collect(events)
        if (!collected?.ok) throw new Error('The generated answer has no end.')
        const { content } = collected.response
        const join = (type: 'text' | 'reasoning') =>
          content.map((part) => (part.type === type ? part.text : '')).join('')
        const heard = readOllama(stream(events))
        expect(heard.texts).toEqual([join('text')])
        expect(heard.reasoning).toEqual([join('reasoning')])
        expect(heard.calls).toEqual(
          content.flatMap((part) =>
            part.type === 'tool-call'
              ? [{ id: part.id, name: part.name, input: JSON.stringify(objectOf(JSON.parse(part.input || '{}'))) }]
              : [],
          ),
        )
        expect(heard.ending).toBe(collected.response.reason === 'length' ? 'length' : 'stop')
      }),
    )
  })

  it("comes back the same through the dialect's own decoder, and is the same when it is not streamed", () => {
    fc.assert(
      fc.property(sequentialAnswers, (events) => {
        const collected = collect(events)
        if (!collected?.ok) throw new Error('The generated answer has no end.')
        const whole = ollama.encodeResponse(collected.response, identity, chat)
        const [streamed, once] = [stream(events), `${exactText(whole)}\n`].map((text) => {
          const { texts, reasoning, calls } = readOllama(text)
          const back = collect(decodeText('ollama', text))
          return { texts, reasoning, calls: calls.length, ended: back?.ok && back.response.usage }
        })
        expect(once).toEqual(streamed)
      }),
    )
  })

  it('tells a failure in a line of its own', () => {
    const failure: StreamEvent = { type: 'failure', failure: { kind: 'overloaded', message: 'The model is busy.' } }
    expect(readOllama(stream([{ type: 'text-delta', index: 0, text: 'Hm' }, failure]))).toMatchObject({
      ending: 'failed',
      error: 'The model is busy.',
    })
  })

  it('has the flat shape of /api/generate for a prompt', () => {
    const request = decode({ model: 'm', prompt: 'Hi', system: 'Be brief.', images: ['iVBORw0='] })
    expect(request).toMatchObject({
      stream: true,
      messages: [
        { role: 'system', content: [{ text: 'Be brief.' }] },
        {
          role: 'user',
          content: [{ text: 'Hi' }, { mediaType: 'image/png', data: { from: 'base64', data: 'iVBORw0=' } }],
        },
      ],
    })
    const text = stream(
      [
        { type: 'text-delta', index: 0, text: 'Ho' },
        { type: 'finish', reason: 'stop', usage: { inputTokens: 3, outputTokens: 1 } },
      ],
      request,
    )
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { model: 'qwen2.5:3b', created_at: '2025-03-06T19:55:58.123Z', response: 'Ho', done: false },
      {
        model: 'qwen2.5:3b',
        created_at: '2025-03-06T19:55:58.123Z',
        response: '',
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 3,
        eval_count: 1,
      },
    ])
  })
})

describe('a request of an Ollama client', () => {
  it('is understood: options, format, think, and a stream unless it says no', () => {
    const request = decode({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      format: { type: 'object' },
      think: 'high',
      keep_alive: '1h',
      options: { num_predict: 5, temperature: 0.1, top_k: 3, stop: ['x'], num_ctx: 9, min_p: 0.1 },
    })
    expect(request).toMatchObject({
      stream: true,
      output: { type: 'json', schema: { type: 'object' } },
      reasoning: { effort: 'high' },
      sampling: { maxOutputTokens: 5, temperature: 0.1, topK: 3, stopSequences: ['x'] },
      extras: { ollama: { keep_alive: '1h', options: { num_ctx: 9, min_p: 0.1 } } },
    })
    expect(
      decode({ model: 'm', messages: [], stream: false, think: false, options: { num_predict: -1 } }),
    ).toMatchObject({
      stream: false,
      reasoning: { effort: 'none' },
      sampling: { stopSequences: [] },
    })
  })

  it('pairs results with calls also where there are no ids', () => {
    const call = (name: string) => ({ function: { name, arguments: { n: 1 } } })
    const { messages } = decode({
      model: 'm',
      messages: [
        { role: 'assistant', content: '', tool_calls: [call('a'), call('b'), call('a')] },
        { role: 'tool', tool_name: 'b', content: 'of b' },
        { role: 'tool', content: 'of the first a' },
        { role: 'tool', tool_name: 'a', content: 'of the second a' },
      ],
    })
    const [turn, results] = messages as [Extract<Message, { role: 'assistant' }>, Extract<Message, { role: 'tool' }>]
    const ids = turn.content.map((part) => (part.type === 'tool-call' ? part.id : ''))
    expect(new Set(ids).size).toBe(3)
    expect(results.content.map(({ callId }) => callId)).toEqual([ids[1], ids[0], ids[2]])
  })

  it('survives the way through Ollama’s own wire', () => {
    const request = decode({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Look.', images: ['R0lGODlh'] },
        {
          role: 'assistant',
          content: 'I do.',
          thinking: 'Hm.',
          tool_calls: [{ id: 'c1', function: { name: 'f', arguments: { b: 1, a: [2] } } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'ok' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
    })
    const wire = targetDialects.ollama.encodeRequest(request, () => {})
    checkChatShape(wire)
    expect({ ...decode(wire), extras: {}, echo: {} }).toEqual({ ...request, extras: {}, echo: {} })
  })

  it.each([
    ['no model', { messages: [] }, 'model'],
    ['an unknown role', { model: 'm', messages: [{ role: 'narrator', content: '' }] }, 'messages[0].role'],
  ])('with %s is refused with its place', (_name, body, path) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ path }))
  })
})
