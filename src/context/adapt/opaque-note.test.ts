import { describe, expect, it } from 'vitest'
import { parseExact } from '../../ir/exact-json.ts'
import { objectOf, type JsonObject } from '../../ir/json.ts'
import { noteOfOpaque } from './opaque-note.ts'

const note = (value: JsonObject, kind = 'web_search'): string =>
  noteOfOpaque({ type: 'opaque', dialect: 'anthropic', kind, value }).text

describe('the note of what only its provider understands', () => {
  it('says what happened, without what only the wire needs', () => {
    const value = { type: 'server_tool_use', id: 's1', status: 'completed', input: { query: 'weather' }, caller: null }
    expect(note(value)).toBe('[web_search: {"input":{"query":"weather"}}]')
  })

  it('leaves out what is sealed, however deep', () => {
    const value = { content: [{ title: 'Bern', encrypted_content: 'E'.repeat(9000), url: 'https://x.example' }] }
    expect(note(value)).toBe('[web_search: {"content":[{"title":"Bern","url":"https://x.example"}]}]')
  })

  it('is the kind alone where nothing can be said', () => {
    expect(note({ type: 'redacted_thinking', data: 'E' }, 'redacted_thinking')).toBe('[redacted_thinking]')
  })

  it('cuts long texts, and the whole', () => {
    expect(note({ page: 'x'.repeat(5000) })).toBe(`[web_search: {"page":"${'x'.repeat(2000)}…"}]`)
    expect(note({ pages: Array.from({ length: 50 }, () => 'x'.repeat(1900)) }).length).toBeLessThan(8100)
  })

  it('says a big number as it was written', () => {
    expect(note(objectOf(parseExact('{"count":12345678901234567890}')))).toBe(
      '[web_search: {"count":12345678901234567890}]',
    )
  })
})
