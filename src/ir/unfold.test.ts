import { expect, it } from 'vitest'
import type { AnswerPart } from './answer.ts'
import { unfold } from './unfold.ts'

const text = (said: string) => ({ type: 'text', text: said }) as const
const call = (id: string) => ({ id, server: 'my docs', name: 'search', input: '{}' })
const called = (id: string) => ({ type: 'tool-call', id, name: 'my_docs_search', input: '{}' })
const result = (callId: string, said: string, isError = false) => ({
  role: 'tool',
  content: [{ type: 'tool-result', callId, content: [text(said)], isError, isWithin: true }],
})

it('tells calls that ran within an answer as calls with results, each before what was said because of it', () => {
  const parts: AnswerPart[] = [
    { type: 'mcp-list', list: { server: 'my docs', tools: [] } },
    text('First.'),
    { type: 'mcp-call', call: call('1'), result: { type: 'ran', content: [text('One.')], isError: false } },
    {
      type: 'mcp-call',
      call: call('2'),
      result: { type: 'failed', fault: { kind: 'http', code: 502, message: 'Gone.' } },
    },
    { type: 'mcp-call', call: call('3') },
    text('Last.'),
    { type: 'mcp-approval', call: call('4') },
  ]
  expect(unfold(parts)).toEqual([
    { role: 'assistant', content: [text('First.'), called('1')] },
    result('1', 'One.'),
    { role: 'assistant', content: [called('2')] },
    result('2', 'Gone.', true),
    { role: 'assistant', content: [called('3')] },
    result('3', 'The call was interrupted; there is no result.', true),
    { role: 'assistant', content: [text('Last.')] },
  ])
})

it('leaves an answer without them as it is, an empty one too', () => {
  expect(unfold([text('Hi.')])).toEqual([{ role: 'assistant', content: [text('Hi.')] }])
  expect(unfold([])).toEqual([{ role: 'assistant', content: [] }])
})
