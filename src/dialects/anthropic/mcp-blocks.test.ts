import { describe, expect, it } from 'vitest'
import { encodeResult } from './mcp-blocks.ts'

const call = { id: 'call_1', server: 'docs', name: 'search', input: '{}' }

describe('the result of a call that a server ran', () => {
  it.each([
    ['texts as they are', ['a ', '\nb'], ['a ', '\nb']],
    ['nothing of a tool that says nothing', [''], []],
    ['no white space alone, which the provider would refuse', ['\n\n', 'a', ' '], ['a']],
  ])('has %s', (_what, texts, told) => {
    const content = texts.map((text) => ({ type: 'text' as const, text }))
    expect(encodeResult(call, { type: 'ran', content, isError: false })['content']).toEqual(
      told.map((text) => ({ type: 'text', text })),
    )
  })
})
