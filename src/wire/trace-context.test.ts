import { describe, expect, it } from 'vitest'
import { readTraceParent, writeTraceParent } from './trace-context.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

describe('traceparent', () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, true],
    [`00-${traceId}-${spanId}-00`, false],
    [`00-${traceId}-${spanId}-03`, true],
    // A later version may have more to say.
    [`cc-${traceId}-${spanId}-01-what-comes`, true],
    [` 00-${traceId}-${spanId}-01 `, true],
  ])('is read: %s', (text, isSampled) => {
    expect(readTraceParent(text)).toEqual({ traceId, spanId, isSampled })
  })

  it.each([
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}-0g`,
    'Bearer sk-ant-something',
  ])('is none: %s', (text) => {
    expect(readTraceParent(text)).toBeUndefined()
  })

  it('is written as it was read', () => {
    const text = `00-${traceId}-${spanId}-01`
    expect(writeTraceParent({ traceId, spanId, isSampled: true })).toBe(text)
    expect(writeTraceParent({ traceId, spanId, isSampled: false })).toBe(text.replace(/1$/, '0'))
  })
})
