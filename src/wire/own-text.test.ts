import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { modelOfFrames, modelOfWhole } from './answer-glance.ts'
import { OwnText } from './own-text.ts'
import { findModel, glanceAtModel } from './top-level.ts'

const longBytes = 256 * 1024
const padding = 'x'.repeat(longBytes)

/** Without what nobody holds. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

const bodyOf = (model: string): string => JSON.stringify({ model, padding })

it.each<[string, (model: string) => string | undefined]>([
  ['a request', (model) => glanceAtModel(Buffer.from(bodyOf(model)))],
  ['a request that names it last', (model) => findModel(Buffer.from(JSON.stringify({ padding, model })))],
  ['an answer', (model) => modelOfWhole(Buffer.from(bodyOf(model)).toString('latin1'))],
  ['a stream', (model) => modelOfFrames(Buffer.from(bodyOf(model)).toString('latin1'))],
])('holds nothing else of %s than the name of its model', (_, find) => {
  const before = heldBytes()
  const names = Array.from({ length: 50 }, (__, at) => find(`claude-sonnet-of-${at}`))
  expect(heldBytes() - before).toBeLessThan(10 * longBytes)
  expect(names.at(-1)).toBe('claude-sonnet-of-49')
})

it('gives every text as it is', () => {
  const own = new OwnText()
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(own.of(text)).toBe(text)
    }),
  )
})
