import { describe, expect, it } from 'vitest'
import { longTextsIn, shareOf, shrinkArguments } from './call-arguments.ts'
import { createCount } from '../count/count.ts'
import { shrinkText } from './shrink.ts'
import { usualVocabulary } from '../count/vocabularies.ts'

const count = createCount(usualVocabulary)
const file = Array.from({ length: 200 }, (_, at) => `const part${at} = "naïve \\ ${at}" // 世界`).join('\n')
const shrink = (input: string, tokens: number): string =>
  shrinkArguments(input, tokens, count, (text, most) => shrinkText(text, most, count))

describe('the arguments of a call', () => {
  it('that are long keep everything but the middle of their long texts, which says what is missing', () => {
    const input = `{ "id": 90071992547409931, "file_path": "/work/a.ts", "content": ${JSON.stringify(file)}, "n": [1, null] }`
    const shrunk = shrink(input, 300)
    const { content, ...rest }: { content: string } = JSON.parse(shrunk)
    expect(rest).toEqual({ id: JSON.parse('90071992547409931'), file_path: '/work/a.ts', n: [1, null] })
    expect(shrunk).toContain('{ "id": 90071992547409931, "file_path"')
    expect(content).toMatch(/^const part0 = "naïve \\ 0" \/\/ 世界\n/)
    expect(content).toMatch(/\[… \d+ tokens left out …\]/)
    expect(content).toMatch(/世界$/)
    expect(count.text(shrunk)).toBeLessThan(360)
  })

  it('share their room between the long ones', () => {
    const input = JSON.stringify({ old_string: file, new_string: `${file}\nmore`, edits: [{ text: file }] })
    const shrunk: { old_string: string; new_string: string; edits: { text: string }[] } = JSON.parse(shrink(input, 600))
    for (const text of [shrunk.old_string, shrunk.new_string, shrunk.edits[0]?.text ?? ''])
      expect(count.text(text)).toBeLessThanOrEqual(shareOf(3, 600))
  })

  it('are the same where no text is long, and when they were shrunk before', () => {
    const many = JSON.stringify({ paths: Array.from({ length: 200 }, (_, at) => `/work/part-${at}.ts`) })
    expect(shrink(many, 100)).toBe(many)
    const once = shrink(JSON.stringify({ content: file }), 200)
    expect(shrink(once, 200)).toBe(once)
  })

  it('are the same where they are no JSON', () => {
    for (const input of [`{"content":"${'word '.repeat(500)}`, 'word '.repeat(500), ''])
      expect(shrink(input, 100)).toBe(input)
  })

  it('have long keys and long texts told apart', () => {
    const long = 'word '.repeat(100)
    const input = `{${JSON.stringify(long)} : ${JSON.stringify(long)}}`
    expect(longTextsIn(input, count)).toHaveLength(1)
    expect(Object.keys(JSON.parse(shrink(input, 60)))).toEqual([long])
  })
})
