import { describe, expect, it } from 'vitest'
import { AnswerCapture, captureRequest } from './capture.ts'

const key = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz'

describe('what is kept of a request', () => {
  it('all of a short one, without what looks like a key', () => {
    expect(captureRequest(Buffer.from(`{"messages":"my key is ${key}"}`))).toBe('{"messages":"my key is [hidden]"}')
  })

  it('the beginning and the end of a long one', () => {
    const text = captureRequest(Buffer.from(`{"model":"m",${'x '.repeat(50_000)}"the end"}`))
    expect(text.length).toBeLessThan(33 * 1024)
    expect(text).toMatch(/^\{"model":"m",[^]*… \d+ bytes …[^]*"the end"\}$/)
  })

  it.each([-40, -20, -1, 0, 1])('no half of a key that stands %d bytes from where it is cut', (offset) => {
    const before = `${'y'.repeat(8 * 1024 + offset - 4)} "`
    const text = captureRequest(Buffer.from(`${before}${key}" ${'z '.repeat(50_000)}`))
    expect(text).not.toContain('sk-ant')
  })
})

describe('what is kept of an answer', () => {
  it('what was written, in order, across chunks that cut a key and a character', () => {
    const capture = new AnswerCapture()
    const bytes = Buffer.from(`Grüße, ${key}.`)
    for (let at = 0; at < bytes.length; at += 1) capture.take(bytes.subarray(at, at + 1))
    expect(capture.text()).toBe('Grüße, [hidden].')
  })

  it('no more than its bound, and it says so', () => {
    const capture = new AnswerCapture()
    for (let count = 0; count < 100; count += 1) capture.take('word '.repeat(1000))
    expect(capture.text().length).toBeLessThan(33 * 1024)
    expect(capture.text()).toMatch(/word \n…$/)
  })
})
