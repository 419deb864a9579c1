import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WholeBody } from './whole-body.ts'

function bodyOf(texts: readonly string[]): WholeBody {
  const body = new WholeBody()
  for (const text of texts) body.push(Buffer.from(text, 'latin1'))
  return body
}

describe('the body of an answer that is read whole', () => {
  it('is the same, whatever pieces it came in', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary-ascii' })), (texts) => {
        const whole = texts.join('')
        const body = bodyOf(texts)
        expect([body.length, body.all(), body.beginning(), body.end()]).toEqual([whole.length, whole, whole, whole])
        expect(body.joined().toString('latin1')).toBe(whole)
      }),
    )
  })

  it('is looked at in its two ends alone where it is long, across its pieces', () => {
    const body = bodyOf(['{"a', '":1', 'x'.repeat(64 * 1024), '{"us', 'age":{"a":1}}'])
    expect(body.all()).toBeUndefined()
    expect(body.beginning().slice(0, 8)).toBe('{"a":1xx')
    expect(body.beginning()).toHaveLength(2048)
    expect(body.end().slice(-18)).toBe('x{"usage":{"a":1}}')
    expect(body.end()).toHaveLength(16 * 1024)
  })

  it('shows what comes after somebody has looked', () => {
    const body = bodyOf(['a'])
    expect(body.all()).toBe('a')
    body.push(Buffer.from('b'))
    expect(body.end()).toBe('ab')
  })
})
