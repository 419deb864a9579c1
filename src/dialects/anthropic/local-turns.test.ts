import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutLocalTurns, mayHoldLocalTurns } from './local-turns.ts'

/** What is left of a request after the cuts. */
function cut(text: string): string {
  if (!mayHoldLocalTurns(Buffer.from(text))) return text
  const body = Buffer.from(text).toString('latin1')
  let left = ''
  let from = 0
  for (const { start, end } of cutLocalTurns(body)) {
    left += body.slice(from, start)
    from = end
  }
  return Buffer.from(left + body.slice(from), 'latin1').toString('utf8')
}

const user = { role: 'user', content: 'Grüße "{[' }
const signed = { type: 'thinking', thinking: 'a, "b"] }', signature: 'EqQB' }
const unsigned = { type: 'thinking', thinking: 'c', signature: '' }
const bare = { type: 'thinking', thinking: 'd' }
const text = { type: 'text', text: 'said' }
const empty = { type: 'text', text: '' }
const blank = { type: 'text', text: '\n\n' }
const indented = { type: 'text', text: '\n  said\n' }
const call = { type: 'tool_use', id: 'toolu_1', name: 'think', input: { thinking: 'of it', signature: '' } }

const request = (...messages: object[]) => ({
  model: 'claude',
  max_tokens: 5,
  messages,
  thinking: { type: 'adaptive' },
})
const assistant = (...content: object[]) => ({ role: 'assistant', content })

describe('a history on its way back to Anthropic', () => {
  it.each([
    ['thinking with an empty signature', [unsigned, text], [text]],
    ['thinking with no signature', [bare, text], [text]],
    ['thinking at the end', [text, bare], [text]],
    ['thinking in the middle', [text, bare, call], [text, call]],
    ['several of them', [unsigned, bare, text, unsigned], [text]],
    ['an empty text', [empty, call], [call]],
    ['a text of line feeds before a call', [blank, call], [call]],
    ['a text of other white space', [{ type: 'text', text: ' \u00a0\u3000\t' }, call], [call]],
    ['only what is local among what is signed', [signed, unsigned, text], [signed, text]],
  ])('loses %s', (_name, content, left) => {
    for (const indent of [0, 2])
      expect(JSON.parse(cut(JSON.stringify(request(user, assistant(...content), user), null, indent)))).toEqual(
        request(user, assistant(...left), user),
      )
  })

  it.each([
    ['only thinking', assistant(unsigned)],
    ['nothing', assistant()],
    ['an empty string', { role: 'assistant', content: '' }],
    ['a blank text', assistant(blank)],
    ['a blank string', { role: 'assistant', content: '\n\n' }],
  ])('loses a whole turn that holds %s', (_name, turn) => {
    expect(JSON.parse(cut(JSON.stringify(request(user, turn, user))))).toEqual(request(user, user))
    expect(JSON.parse(cut(JSON.stringify(request(user, turn))))).toEqual(request(user))
  })

  it.each([
    ['signed thinking', assistant(signed, text)],
    ['a tool whose input has such keys', assistant(call)],
    ['texts that begin and end with white space', assistant(indented)],
    ['a user who writes such words', { role: 'user', content: [{ type: 'text', text: '{"type":"thinking"}' }, empty] }],
  ])('keeps every byte of %s', (_name, turn) => {
    const body = JSON.stringify(request(user, turn, user), null, 1)
    expect(cut(body)).toBe(body)
  })

  it('keeps every other byte, whatever the history holds', () => {
    const block = fc.constantFrom(signed, unsigned, bare, text, empty, blank, indented, call)
    const messages = fc.array(
      fc.oneof(
        fc.constant(user),
        fc.array(block, { maxLength: 5 }).map((content) => assistant(...content)),
      ),
    )
    const refused: object[] = [unsigned, bare, empty, blank]
    fc.assert(
      fc.property(messages, fc.nat(3), (all, indent) => {
        const left = all.flatMap((message): object[] => {
          if (!Array.isArray(message.content)) return [message]
          const content = message.content.filter((part) => !refused.includes(part))
          return content.length === 0 ? [] : [{ ...message, content }]
        })
        expect(JSON.parse(cut(JSON.stringify(request(...all), null, indent)))).toEqual(request(...left))
      }),
    )
  })
})
