import { expect, it } from 'vitest'
import { readHistory } from './history.ts'

const call = (id: string | undefined, name: string, given: object) => ({
  ...(id === undefined ? {} : { id }),
  function: { name, arguments: { ...given } },
})

it('puts calls, their results and what came after them into one turn of the model', () => {
  const history = readHistory([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: 'I look.',
      thinking: 'Two cities.',
      tool_calls: [call('a', 'look', { city: 'Bern' }), call('b', 'look', { city: 'Oslo' })],
    },
    { role: 'tool', tool_call_id: 'b', content: 'rain' },
    { role: 'tool', tool_call_id: 'a', content: 'sun' },
    { role: 'assistant', content: 'Sun in Bern.' },
    { role: 'user', content: 'Thanks' },
  ])
  const called = (city: string, result: string, startsNewChunk: boolean) => ({
    type: 'functionCall',
    name: 'look',
    params: { city },
    result,
    startsNewChunk,
  })
  expect(history).toEqual([
    { type: 'system', text: 'Be brief.' },
    { type: 'user', text: 'Weather?' },
    {
      type: 'model',
      response: [
        { type: 'segment', segmentType: 'thought', text: 'Two cities.', ended: true },
        'I look.',
        called('Bern', 'sun', true),
        called('Oslo', 'rain', false),
        'Sun in Bern.',
      ],
    },
    { type: 'user', text: 'Thanks' },
  ])
})

it('gives results without ids to the calls in their order, and one without a call to the model as a text', () => {
  const history = readHistory([
    { role: 'assistant', content: '', tool_calls: [call(undefined, 'f', {}), call(undefined, 'g', {})] },
    { role: 'tool', content: 'of f' },
    { role: 'tool', content: 'of g' },
    { role: 'tool', tool_name: 'h', content: 'of nobody' },
  ])
  expect(history).toMatchObject([
    {
      response: [
        { name: 'f', result: 'of f' },
        { name: 'g', result: 'of g' },
      ],
    },
    { type: 'user', text: 'Result of h: of nobody' },
  ])
})

it('leaves a turn open that the model is to go on with', () => {
  expect(
    readHistory([
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'The wat' },
    ]).at(-1),
  ).toEqual({
    type: 'model',
    response: ['The wat'],
  })
})
