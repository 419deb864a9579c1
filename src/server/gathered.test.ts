import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Gathered } from './gathered.ts'

const right = -1
const lengths = fc.oneof(fc.constant(right), fc.constant(Number.NaN), fc.nat(60), fc.constant(2 ** 40))

it('gives what came, whatever length was said before', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), lengths, (pieces, length) => {
      const all = Buffer.concat(pieces)
      const gathered = new Gathered(length === right ? all.length : length)
      for (const piece of pieces) gathered.push(Buffer.from(piece))
      expect(gathered.length).toBe(all.length)
      expect(gathered.whole().equals(all)).toBe(true)
    }),
  )
})

it('takes a single piece as it is', () => {
  const only = Buffer.from('abcd')
  const gathered = new Gathered(4)
  gathered.push(only)
  expect(gathered.whole()).toBe(only)
})

it('sets no memory aside for whoever says a length and sends next to nothing', () => {
  const mebibyte = 1024 * 1024
  const before = process.memoryUsage().arrayBuffers
  const waiting = Array.from({ length: 64 }, () => new Gathered(8 * mebibyte))
  for (const gathered of waiting) gathered.push(Buffer.from('{'))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * mebibyte)
  expect(waiting.map((gathered) => gathered.length)).toEqual(waiting.map(() => 1))
})
