import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../../test/plain-request.ts'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { withJsonWord } from './json-word.ts'

const said = (role: 'system' | 'user', text: string): Message => ({ role, content: [{ type: 'text', text }] })
const asking = (...messages: Message[]): ChatRequest => ({
  ...plainRequest,
  model: 'm',
  stream: false,
  messages,
  output: { type: 'json' },
})
const textsOf = ({ messages }: ChatRequest): string[] =>
  messages.map(({ content }) => content.map((part) => (part.type === 'text' ? part.text : '')).join('|'))
const plea = 'Answer with one JSON object and nothing else.'

describe('JSON without a schema', () => {
  it('is asked for in words where nobody speaks of it', () => {
    const request = asking(said('system', 'Be brief.'), said('user', 'One?'), said('user', 'Two?'))
    for (const dialect of ['openai-chat', 'openai-responses'] as const)
      expect(textsOf(withJsonWord(request, dialect))).toEqual(['Be brief.', `One?|${plea}`, 'Two?'])
  })

  it('is asked for where there are only instructions', () => {
    expect(textsOf(withJsonWord(asking(said('system', 'Answer.')), 'openai-chat'))).toEqual(['Answer.', plea])
  })

  it('is not asked for again, in whatever spelling', () => {
    const request = asking(said('system', 'Be brief.'), said('user', 'As json, please.'))
    expect(withJsonWord(request, 'openai-chat')).toBe(request)
    expect(withJsonWord(request, 'openai-responses')).toBe(request)
  })

  it('is asked for again in the input of Responses, where instructions do not count', () => {
    const request = asking(said('system', 'Answer in JSON.'), said('user', 'One?'))
    expect(withJsonWord(request, 'openai-chat')).toBe(request)
    expect(textsOf(withJsonWord(request, 'openai-responses'))).toEqual(['Answer in JSON.', `One?|${plea}`])
  })

  it('is nothing to speak of with a schema, or at an Ollama', () => {
    const request = asking(said('user', 'One?'))
    expect(withJsonWord(request, 'ollama')).toBe(request)
    const exact: ChatRequest = { ...request, output: { type: 'json', schema: { type: 'object' } } }
    expect(withJsonWord(exact, 'openai-chat')).toBe(exact)
  })
})
