import { expect, it } from 'vitest'
import { createPaint, cut, formatTable, wrap } from './text.ts'

it('sets columns in line, whatever colours they have', () => {
  const paint = createPaint(true)
  const plain = formatTable(
    ['name', 'time'],
    [
      ['a', '1 s'],
      ['long name', '12 s'],
    ],
  )
  expect(plain).toBe('name       time\na          1 s\nlong name  12 s')
  const coloured = formatTable(
    ['name', 'time'],
    [
      [paint.green('a'), '1 s'],
      ['long name', '12 s'],
    ],
  )
  expect(coloured).not.toBe(plain)
  // oxlint-disable-next-line no-control-regex -- the colours
  expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
})

it('paints nothing without colours', () => {
  expect(createPaint(false).red('text')).toBe('text')
})

it('wraps between words, and keeps the column', () => {
  const wrapped = wrap('word '.repeat(60).trim(), 4)
  expect(wrapped.split('\n').every((line, at) => line.length <= 110 && (at === 0 || line.startsWith('    word')))).toBe(
    true,
  )
  expect(wrapped.split(/\s+/)).toHaveLength(60)
})

it('cuts a line that is wider than the terminal, and keeps its colours closed', () => {
  expect(cut('\u001B[31mabcdef\u001B[0mghi', 5)).toBe('\u001B[31mabcd\u001B[0m…')
  expect(cut('abc', 3)).toBe('abc')
})
