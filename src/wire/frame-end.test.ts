import { describe, expect, it } from 'vitest'
import { startOfLast } from './frame-end.ts'

const last = (frames: number, text: string): string => {
  const bytes = Buffer.from(text)
  return bytes.subarray(startOfLast(frames, bytes)).toString()
}

describe('the last frames', () => {
  it.each<[number, string, string]>([
    [1, 'data: a\n\ndata: b\n\n', 'data: b\n\n'],
    [2, 'data: a\n\ndata: b\n\ndata: c\n\n', 'data: b\n\ndata: c\n\n'],
    [2, 'data: a\n\ndata: b\n\ndata: to', 'data: b\n\ndata: to'],
    [2, 'data: a\r\n\r\ndata: b\r\n\r\ndata: c\r\n\r\n', 'data: b\r\n\r\ndata: c\r\n\r\n'],
    [1, 'data: a\r\rdata: b\r\r', 'data: b\r\r'],
    [2, 'data: a\n\ndata: b\n\n\n\n\ndata: c\n\n', 'data: b\n\n\n\n\ndata: c\n\n'],
    [9, 'data: a\n\ndata: b\n\n', 'data: a\n\ndata: b\n\n'],
    [1, 'event: x\ndata: a\n\n', 'event: x\ndata: a\n\n'],
    [1, '', ''],
  ])('%i of %j are %j', (frames, text, expected) => {
    expect(last(frames, text)).toBe(expected)
  })
})
