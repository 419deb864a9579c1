import { describe, expect, it } from 'vitest'
import { decodeRequest } from './request.ts'

const tool = (name: string) => ({ type: 'function', function: { name } })
const allow = (mode: string, ...names: string[]) => ({
  type: 'allowed_tools',
  allowed_tools: { mode, tools: names.map(tool) },
})
const decode = (tool_choice: object) =>
  decodeRequest({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [tool('read'), { type: 'custom', custom: { name: 'patch' } }, tool('write')],
    tool_choice: JSON.parse(JSON.stringify(tool_choice)),
  })

describe('a choice of some tools', () => {
  it.each(['auto', 'required'])('offers them alone, and %s stays', (mode) => {
    const { tools, toolChoice } = decode(allow(mode, 'write', 'patch'))
    expect(tools).toMatchObject([{ name: 'patch' }, { name: 'write' }])
    expect(toolChoice).toEqual({ type: mode })
  })

  it('is no choice of one', () => {
    expect(decode(tool('read'))).toMatchObject({ toolChoice: { type: 'tool', name: 'read' }, tools: { length: 3 } })
  })
})

it('keeps the place of what the assistant said aloud', () => {
  const { messages } = decodeRequest({
    model: 'm',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', audio: { id: 'audio_1' } },
    ],
  })
  expect(messages[1]?.content).toMatchObject([{ type: 'opaque', kind: 'audio' }])
})
