import { describe, expect, it } from 'vitest'
import type { AssistantPart, ChatRequest, FilePart, Message, ToolResultPart, UserPart } from '../../ir/request.ts'
import { imageUrlsOf, makeShowable, type FetchedImages, type Sight } from './showable.ts'

const requestOf = (...messages: Message[]): ChatRequest => ({
  model: 'm',
  stream: false,
  messages,
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
})
const file = (mediaType: string, data: FilePart['data'], filename?: string): FilePart => ({
  type: 'file',
  mediaType,
  data,
  ...(filename !== undefined && { filename }),
})
const base64 = (text: string) => ({ from: 'base64', data: Buffer.from(text).toString('base64') }) as const
const byUrl = (url: string) => ({ from: 'url', url }) as const

const none: FetchedImages = new Map()
const blind: Sight = {
  dialect: 'ollama',
  images: false,
  imageUrls: false,
  documents: false,
  kind: 'cloud',
  fileIds: false,
  fetched: none,
}
const seeing: Sight = { ...blind, images: true }

/** What becomes of one part of a user's message, and what is said of it. */
function show(part: UserPart, sight: Sight): { part: unknown; content: (string | undefined)[] } {
  const content: (string | undefined)[] = []
  const shown = makeShowable(requestOf({ role: 'user', content: [part] }), sight, (_what, word) => content.push(word))
  return { part: shown.messages[0]?.content[0], content }
}

describe('an image', () => {
  const png = file('image/png', base64('png'), 'cat.png')

  it('is shown to a model that sees', () => {
    expect(show(png, seeing)).toEqual({ part: png, content: [] })
  })

  it('is a note to one that does not, which names the file to the model and only its type to the log', () => {
    expect(show(png, blind)).toEqual({
      part: { type: 'text', text: "[image/png 'cat.png' was here, but this model cannot be shown it]" },
      content: ['image/png'],
    })
  })

  it('that is only named is shown as what was fetched of it', () => {
    const named = file('image/*', byUrl('https://x.example/a'))
    const fetched = new Map([['https://x.example/a', { mediaType: 'image/webp', base64: 'UklG' }]])
    expect(show(named, { ...seeing, fetched }).part).toEqual(file('image/webp', { from: 'base64', data: 'UklG' }))
    expect(show(named, seeing).content).toEqual(['image'])
    expect(show(named, { ...seeing, dialect: 'anthropic', imageUrls: true }).part).toBe(named)
  })

  it('that only its provider holds is a note to everybody else', () => {
    const held = file('image/png', { from: 'id', id: 'file_1' })
    expect(show(held, { ...seeing, imageUrls: true, documents: true }).content).toEqual(['image/png'])
  })

  it('that is named by an id is left to the account that holds it', () => {
    const held = file('image/png', { from: 'id', id: 'file_1' })
    expect(show(held, { ...seeing, fileIds: true })).toEqual({ part: held, content: [] })
  })
})

describe('a document', () => {
  it.each([
    ['plain text', file('text/plain', base64('Grüße 世界'), 'a.txt'), "[file 'a.txt']\nGrüße 世界"],
    ['JSON', file('application/json', base64('{"a":1}')), '{"a":1}'],
    ['a text that came as such', file('application/pdf', { from: 'text', text: 'of a PDF' }), 'of a PDF'],
  ])('with text is told in full: %s', (_what, part, text) => {
    expect(show(part, blind)).toEqual({ part: { type: 'text', text }, content: [] })
  })

  it.each([
    ['a PDF', file('application/pdf', base64('%PDF'))],
    ['bytes that are no text, whatever they are called', file('text/plain', { from: 'base64', data: '/////w==' })],
    ['what is no base64', file('text/plain', { from: 'base64', data: '%%%' })],
    ['one that is only named', file('application/pdf', byUrl('https://x.example/a.pdf'))],
  ])('without is a note: %s', (_what, part) => {
    expect(show(part, blind).part).toMatchObject({ type: 'text', text: expect.stringContaining('was here') })
  })

  it('is left to a target that reads it', () => {
    const pdf = file('application/pdf', base64('%PDF'))
    expect(show(pdf, { ...blind, dialect: 'anthropic', documents: true }).part).toBe(pdf)
  })

  it('of a type that is no word does not get into the log', () => {
    expect(show(file('a b\nc', base64('\xff')), blind).content).toEqual(['unknown'])
  })
})

describe('what only its provider understands', () => {
  const opaque = { type: 'opaque', dialect: 'anthropic', kind: 'server_tool_use', value: { name: 'search' } } as const

  it('goes back to its own dialect as it is', () => {
    expect(show(opaque, { ...blind, dialect: 'anthropic' })).toEqual({ part: opaque, content: [] })
  })

  it('is told to others in words', () => {
    expect(show(opaque, seeing)).toEqual({
      part: { type: 'text', text: '[server_tool_use: {"name":"search"}]' },
      content: ['server_tool_use'],
    })
  })
})

describe('every place of a conversation', () => {
  const png = file('image/png', base64('png'))
  const everywhere = requestOf(
    { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', content: [png] },
    { role: 'assistant', content: [png, { type: 'tool-call', id: 'c', name: 'f', input: '{}' }] },
    { role: 'tool', content: [{ type: 'tool-result', callId: 'c', content: [png], isError: false }] },
  )

  it('is looked at: users, answers, results', () => {
    const said: string[] = []
    const { messages } = makeShowable(everywhere, blind, (what) => said.push(what))
    expect(said).toHaveLength(3)
    expect(JSON.stringify(messages)).not.toContain('base64')
    const calls: AssistantPart[] = messages.flatMap(({ role, content }) => (role === 'assistant' ? content : []))
    expect(calls.at(-1)).toMatchObject({ type: 'tool-call', id: 'c' })
  })

  it('may name images, each of which is fetched once', () => {
    const url = (name: string): FilePart => file('image/*', byUrl(`https://x.example/${name}`))
    const result: ToolResultPart = { type: 'tool-result', callId: 'c', content: [url('b')], isError: false }
    const request = requestOf(
      { role: 'user', content: [url('a'), url('a'), png, file('application/pdf', byUrl('https://x.example/p'))] },
      { role: 'tool', content: [result] },
    )
    expect(imageUrlsOf(request)).toEqual(['https://x.example/a', 'https://x.example/b'])
  })
})
