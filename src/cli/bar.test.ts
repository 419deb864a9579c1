import { describe, expect, it } from 'vitest'
import { createDownloadTeller } from '../embedded/download-teller.ts'
import { createBar, type Bar } from './bar.ts'

/** A terminal of one column of rows, as the escape sequences that are used make it. */
class Screen {
  isTTY = true
  columns = 60
  rows = ['']

  write(text: string): boolean {
    for (const [at, part] of text.split('\r\u001B[K').entries()) {
      if (at > 0) this.rows[this.rows.length - 1] = ''
      const [first = '', ...more] = part.split('\n')
      this.rows[this.rows.length - 1] += first
      this.rows.push(...more)
    }
    return true
  }
}

function start(): { screen: Screen; bar: Bar; log: (line: string) => void } {
  const screen = new Screen()
  const bar = createBar(screen)
  return { screen, bar, log: (line) => void screen.write(bar.around(`${line}\n`)) }
}

describe('a bar on a terminal', () => {
  it('stays below what is logged meanwhile', () => {
    const { screen, bar, log } = start()
    log('before')
    bar.show('10 %')
    log('one')
    log('two')
    bar.show('20 %')
    expect(screen.rows).toEqual(['before', 'one', 'two', '20 %'])
    log('three')
    expect(screen.rows).toEqual(['before', 'one', 'two', 'three', '20 %'])
    bar.show('')
    log('after')
    expect(screen.rows).toEqual(['before', 'one', 'two', 'three', 'after', ''])
  })

  it('leaves nothing behind where a line is written later than it was made', () => {
    const { screen, bar, log } = start()
    bar.show('90 %')
    const late = bar.around('late\n')
    bar.show('')
    screen.write(late)
    log('after')
    expect(screen.rows).toEqual(['late', 'after', ''])
  })

  it('of a download stands under the lines of exchanges', () => {
    const { screen, bar, log } = start()
    const tell = createDownloadTeller('m', { info: log, warn: log, error: log }, (text) => bar.show(text))
    tell({ type: 'downloading', doneBytes: 1, totalBytes: 2 })
    log('📥 POST /v1/messages')
    tell({ type: 'downloaded', path: '/models/m' })
    expect(screen.rows).toEqual(['📥 POST /v1/messages', '⬇️ m is there: /models/m', ''])
  })

  it('is cut to the width, and not drawn where there is no terminal', () => {
    const { screen, bar } = start()
    expect(bar.show('x'.repeat(100))).toBe(true)
    expect(screen.rows[0]?.length).toBe(60)
    screen.isTTY = false
    expect(bar.show('y')).toBe(false)
    expect(screen.rows[0]).not.toContain('y')
  })

  it('changes nothing of what is logged where none ever stood', () => {
    expect(start().bar.around('line\n')).toBe('line\n')
  })
})
