import { describe, expect, it } from 'vitest'
import { createCount } from '../count/count.ts'
import { shrinkText } from './shrink.ts'
import { usualVocabulary } from '../count/vocabularies.ts'

const count = createCount(usualVocabulary)
const lines = Array.from({ length: 300 }, (_, at) => `12:00:${at % 60} INFO worker ${at % 7} did its part of the work`)

describe('a long text that is made short', () => {
  it('stays as it is while it is short enough', () => {
    expect(shrinkText('short', 100, count)).toBe('short')
  })

  it.each([80, 200, 1000])('has at most %i tokens, its head and its end, and says how many are missing', (tokens) => {
    const short = shrinkText(lines.join('\n'), tokens, count)
    expect(count.text(short)).toBeLessThanOrEqual(tokens)
    expect(short).toMatch(/^12:00:0 INFO/)
    expect(short.endsWith((lines.at(-1) ?? '').slice(-10))).toBe(true)
    expect(short).toMatch(/\[… \d+ tokens left out …\]/)
  })

  it('keeps the line between that stands out', () => {
    const odd = 'FATAL cannot open /etc/marlin.conf: permission denied'
    const short = shrinkText([...lines.slice(0, 150), odd, ...lines.slice(150)].join('\n'), 200, count)
    expect(short).toContain(odd)
  })

  it('of one line is cut between characters', () => {
    const short = shrinkText('🌍'.repeat(4000), 120, count)
    expect(Buffer.from(short).toString()).toBe(short)
    expect(count.text(short)).toBeLessThanOrEqual(120)
  })

  it('is only the gap where there is room for no more', () => {
    expect(shrinkText(lines.join('\n'), 30, count)).toMatch(/^\[… \d+ tokens left out …\]$/)
  })
})
