/** What clients and servers call their models reaches the log, and must neither forge a line of it nor drive the terminal on which it is read. */
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { createJsonLog, createTextLog } from './lines.ts'
import type { Log } from './log.ts'

/** ESC, BEL, delete, CSI and OSC of C1, next line, both separators, an override of the order of writing. */
const driving = [
  '\u001B[2J',
  '\u0007',
  '\u007F',
  '\u009B31m',
  '\u009D0;x',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u202E',
  '\u2067',
]
const raw = /[\p{Cc}\u2028-\u202E\u2066-\u2069]/u

function logged(
  open: (destination: { write: (text: string) => void }) => Log,
  ...said: Parameters<Log['info']>
): string {
  let text = ''
  open({ write: (line) => (text += line) }).warn(...said)
  return text
}

describe.each(driving)('%j in a line', (evil) => {
  const words = `before${evil}after`

  it('of the log for people is a blank', () => {
    const text = logged((destination) => createTextLog(destination, new FakeClock(), false), words)
    expect(text).toContain(`before ${evil.slice(1)}after`)
    expect(text.slice(0, -1)).not.toMatch(raw)
    expect(text.split('\n')).toHaveLength(2)
  })

  it('of the JSON log is said by its number, in fields too, and read as what it was', () => {
    const text = logged(createJsonLog, words, { target: words })
    expect(text.slice(0, -1)).not.toMatch(raw)
    expect(text.split('\n')).toHaveLength(2)
    expect(JSON.parse(text)).toMatchObject({ message: words, target: words })
  })
})

it('letters of any script stay what they are', () => {
  const words = 'für naïve 模型 نموذج 🪖'
  expect(logged((destination) => createTextLog(destination, new FakeClock(), false), words)).toContain(words)
  expect(logged(createJsonLog, words)).toContain(words)
})

it('says what was said before in its own time, and in its own colour', () => {
  const clock = new FakeClock()
  const lines: string[] = []
  const log = createTextLog({ write: (line) => void lines.push(line) }, clock, true)
  log.info('the same')
  log.info('the same')
  log.warn('the same')
  clock.advance(1000)
  log.warn('the same')
  const [first, second, warned, later] = lines
  expect(second).toBe(first)
  expect(warned?.slice(0, -1)).toBe(`${first?.slice(0, -1).replace('the same', '\u001B[33mthe same')}\u001B[0m`)
  expect(later).not.toBe(warned)
  expect(later?.slice(-20)).toBe(warned?.slice(-20))
})
