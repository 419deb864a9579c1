import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../../test/plain-request.ts'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { withoutChangingLines } from './changing-lines.ts'

function text(role: 'system' | 'user' | 'assistant', ...texts: string[]): Message {
  return { role, content: texts.map((one) => ({ type: 'text', text: one })) }
}

function cleared(...messages: Message[]): ChatRequest['messages'] {
  return withoutChangingLines({ ...plainRequest, messages }).messages
}

const billing = 'x-anthropic-billing-header: cc_version=2.1.330.440; cc_entrypoint=sdk-cli; cch=4f2a1;'
const left = '<total_tokens>183244 tokens left</total_tokens>'

describe('lines that change with every request', () => {
  it('are left out where they are a block of their own', () => {
    expect(cleared(text('system', billing, 'Be brief.'))).toEqual([text('system', 'Be brief.')])
  })

  it('are left out of the text around them, which stays', () => {
    const messages = [text('system', `${billing}\nBe brief.`), text('user', `Go on.\n${left}`)]
    expect(cleared(...messages)).toEqual([text('system', 'Be brief.'), text('user', 'Go on.\n')])
  })

  it.each([left, '<system_warning>Token usage: 35000/1000000; 965000 remaining</system_warning>'])(
    'are the countdowns of a window that is not this one: %s',
    (line) => {
      expect(cleared(text('user', 'Go on.', line))).toEqual([text('user', 'Go on.')])
    },
  )

  it('leave a message empty that held nothing else', () => {
    expect(cleared(text('user', 'Hi'), text('system', left))).toEqual([
      text('user', 'Hi'),
      { role: 'system', content: [] },
    ])
  })

  it('stay in what a model said, which is history', () => {
    const said = text('assistant', `It prints ${left}`)
    expect(cleared(said)).toEqual([said])
  })

  it('make no new request where there are none', () => {
    const request = { ...plainRequest, messages: [text('user', 'The token usage: 5 of 7 remaining')] }
    expect(withoutChangingLines(request)).toBe(request)
  })
})
