import { expect, it } from 'vitest'
import type { Message } from '../../ir/request.ts'
import { encodeTurns } from './turns.ts'

it('says it where a model has to be asked in words to go on with what the client began', () => {
  const messages: Message[] = [
    { role: 'user', content: [{ type: 'text', text: 'Count.' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'One, ' }] },
  ]
  const said = (model: string): string[] => {
    const warnings: string[] = []
    encodeTurns(messages, model, (what) => warnings.push(what))
    return warnings
  }
  expect(said('claude-opus-4-6')).toEqual([expect.stringContaining('asked in words to go on')])
  expect(said('claude-sonnet-4-5')).toEqual([])
})
