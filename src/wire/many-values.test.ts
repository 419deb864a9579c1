import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../ir/steps.ts'
import { holdsMoreValues } from './many-values.ts'

const isMoreIn = (text: string, most: number): boolean => allAtOnce(holdsMoreValues(Buffer.from(text), most))
const isMore = (value: unknown, most: number): boolean => isMoreIn(JSON.stringify(value), most)

describe('the values of a body', () => {
  it('are counted by what begins an object or a list, and what stands beside others in it', () => {
    const body = { messages: [{ role: 'user', content: 'hi' }], stream: true }
    expect(isMore(body, 5)).toBe(false)
    expect(isMore(body, 4)).toBe(true)
    expect(isMore([[[[[[]]]]]], 5)).toBe(true)
  })

  it('are none inside of texts, whatever stands there', () => {
    const text = { a: `${'{[,'.repeat(100)}"${'{[,'.repeat(100)}\\`, 'b"': '\\\\,' }
    expect(isMore(text, 2)).toBe(false)
    expect(isMore(text, 1)).toBe(true)
  })

  it('are few in a body of few bytes, and in one that ends in the middle of a text', () => {
    expect(isMore([1, 2, 3], 100)).toBe(false)
    expect(isMoreIn('["a\\', 1)).toBe(false)
  })

  it('are counted alike where a step ends in the middle of a text', () => {
    const text = ',\\"'.repeat(2 * 1024 * 1024)
    const body = { text, more: [1, 2, 3] }
    expect(isMore(body, 5)).toBe(false)
    expect(isMore(body, 4)).toBe(true)
  })
})
