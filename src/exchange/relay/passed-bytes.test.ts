import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PassedBytes } from './passed-bytes.ts'

it('holds what passed since it was last to forget, in whatever pieces that came', () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 5000 }), fc.nat(20_000))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const passed = new PassedBytes()
      let expected = Buffer.alloc(0)
      for (const one of steps) {
        if (typeof one === 'number') {
          const from = Math.min(one, expected.length)
          expected = expected.subarray(from)
          passed.forgetUpTo(from)
        } else {
          expected = Buffer.concat([expected, one])
          passed.push(Buffer.from(one))
        }
        expect(passed.length).toBe(expected.length)
        expect(passed.between(0).equals(expected)).toBe(true)
      }
    }),
  )
})
