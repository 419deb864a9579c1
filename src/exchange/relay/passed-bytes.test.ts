import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PassedBytes } from './passed-bytes.ts'
import { giveMemory, takeMemory } from './spare-memory.ts'

it('holds what passed since it was last to forget, in whatever pieces that came, whoever else had its memory or has it next', () => {
  const action = fc.oneof(fc.uint8Array({ maxLength: 5000 }), fc.nat(20_000), fc.constant('release' as const))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), action)), (steps) => {
      const streams = Array.from({ length: 3 }, () => ({ passed: new PassedBytes(), expected: Buffer.alloc(0) }))
      for (const [at, one] of steps) {
        const stream = streams[at]
        if (!stream) continue
        if (one === 'release') {
          stream.passed.release()
          stream.expected = Buffer.alloc(0)
        } else if (typeof one === 'number') {
          const from = Math.min(one, stream.expected.length)
          stream.expected = stream.expected.subarray(from)
          stream.passed.forgetUpTo(from)
        } else {
          stream.expected = Buffer.concat([stream.expected, one])
          stream.passed.push(Buffer.from(one))
        }
        for (const { passed, expected } of streams) {
          expect(passed.length).toBe(expected.length)
          expect(passed.between(0).equals(expected)).toBe(true)
        }
      }
      for (const { passed } of streams) passed.release()
    }),
  )
})

/** Takes what other tests of this process left. */
function emptySpare(size: number): void {
  for (let taken = 0; taken < 64; taken += 1) takeMemory(size)
}

it('gives the memory of a stream that is over to the next one', () => {
  emptySpare(4096)
  const memory = takeMemory(3000)
  expect(memory.length).toBe(4096)
  giveMemory(memory)
  expect(takeMemory(4096)).toBe(memory)
  expect(takeMemory(4096)).not.toBe(memory)
})

it('keeps no more than eight megabytes of it, and none that nobody may need again', () => {
  emptySpare(64 * 1024)
  const large = takeMemory(64 * 1024 + 1)
  giveMemory(large)
  expect(takeMemory(64 * 1024 + 1)).not.toBe(large)
  const many = Array.from({ length: 100 }, () => Buffer.alloc(64 * 1024))
  for (const memory of many) giveMemory(memory)
  const again = new Set(Array.from({ length: 100 }, () => takeMemory(64 * 1024)))
  expect(many.filter((memory) => again.has(memory))).toHaveLength(64)
})
