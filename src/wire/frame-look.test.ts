import { describe, expect, it } from 'vitest'
import { looksLikeJson } from './frame-look.ts'

describe('a look at frames', () => {
  it.each([
    'data: {"a":1}\n\n',
    'data:{"a":1}\n\ndata: { "b":2}\n\n',
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    'event: x\r\ndata: {"a":{}}\r\n\r\ndata: {}\r\n\r\n',
    ': keep-alive\n\n',
    ': a comment\ndata: {"a":1}\n\n',
  ])('finds nothing odd in %j', (frames) => {
    expect(looksLikeJson(frames)).toBe(true)
  })

  it.each([
    'data: [DONE]\n\n',
    'data: <html>\n\n',
    'data: {broken}\n\n',
    'data: {"a":\n\n',
    'data:\n\n',
    'data: {"a":1}\n\ndata: {"b\n\ndata: {"c":3}\n\n',
    'event: error\ndata: {"message":"no"}\n\n',
    'id: 7\ndata: {"a":1}\n\n',
    ': a comment\ndata: {"a\n\n',
    'data: {"a":1}\n',
  ])('has a closer look taken at %j', (frames) => {
    expect(looksLikeJson(frames)).toBe(false)
  })
})
