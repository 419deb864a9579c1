/** Arguments of calls: a Responses client finds them in four events, and has to find the same in all of them (providers.md 3.4). */
import { describe, expect, it } from 'vitest'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import { isObject, parseJson, type JsonObject } from '../../src/ir/json.ts'
import { plainRequest } from '../plain-request.ts'
import { parseFrames } from './demand.ts'

const input = '{"a":"\\n \\"quoted\\" \\u0000 ","b":"Grüße 🚀"}'
const middle = input.indexOf('🚀') + 1

it.each([
  ['whole', [input]],
  ['in pieces, one of which ends within a character', [input.slice(0, 5), input.slice(5, middle), input.slice(middle)]],
])('arguments that come %s are the same in every event', (_how, pieces) => {
  const request = { ...plainRequest, model: 'm', messages: [] }
  const encode = clientDialects['openai-responses'].createEncoder({ id: 'resp_1', model: 'm', createdAtMs: 0 }, request)
  const events: StreamEvent[] = [
    { type: 'start', id: '', model: '' },
    { type: 'tool-call-start', index: 0, id: 'call_1', name: 'run' },
    ...pieces.map((json): StreamEvent => ({ type: 'tool-call-delta', index: 0, json })),
    { type: 'tool-call-end', index: 0 },
    { type: 'finish', reason: 'tool-calls', usage: {} },
  ]
  const said = parseFrames(events.map((event) => encode(event)).join('')).map(({ data }): JsonObject => {
    const body = parseJson(data)
    return isObject(body) ? body : {}
  })
  const item = { type: 'function_call', call_id: 'call_1', name: 'run', status: 'completed', arguments: input }
  expect(said.flatMap(({ delta }) => (typeof delta === 'string' ? [delta] : [])).join('')).toBe(input)
  expect(said.filter(({ type }) => typeof type === 'string' && type.endsWith('.done'))).toMatchObject([
    { arguments: input },
    { item },
  ])
  expect(said.at(-1)).toMatchObject({ response: { output: [item] } })
  expect(said.map(({ sequence_number }) => sequence_number)).toEqual(said.map((_, at) => at))
})

describe('arguments on Ollama’s wire, where they are an object', () => {
  const wires = [
    ['an object', { command: 'ls', n: 1 }, '{"command":"ls","n":1}'],
    ['the text of one, as imitators and apps of OpenAI’s write it', '{"command": "ls"}', '{"command": "ls"}'],
    ['nothing', undefined, '{}'],
    ['an empty text', '', '{}'],
  ] as const

  it.each(wires)('may be %s in an answer', (_what, written, read) => {
    const events: StreamEvent[] = []
    const decoder = targetDialects.ollama.createDecoder((event) => events.push(event), 0)
    const call = { function: { name: 'run', arguments: written } }
    decoder.frame({
      event: '',
      data: JSON.stringify({ model: 'm', message: { role: 'assistant', content: '', tool_calls: [call] } }),
    })
    expect(events.find(({ type }) => type === 'tool-call-delta')).toMatchObject({ json: read })
  })

  it.each(wires)('may be %s in what an app sends', (_what, written, read) => {
    const call = { function: { name: 'run', ...(written !== undefined && { arguments: written }) } }
    const { messages } = clientDialects.ollama.decodeRequest({
      model: 'm',
      messages: [{ role: 'assistant', content: '', tool_calls: [call] }],
    })
    expect(messages).toMatchObject([{ content: [{ type: 'tool-call', input: read }] }])
  })
})
