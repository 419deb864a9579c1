import { describe, expect, it } from 'vitest'
import type { Log } from '../../observe/log/log.ts'
import { createLossBook, type Losses } from './losses.ts'

/** A book, and the lines that it logs. */
function book(): { at: (target: string) => Losses; lines: string[] } {
  const lines: string[] = []
  const silent = (): void => {}
  const log: Log = { info: silent, warn: (text) => lines.push(text), error: silent }
  return { at: createLossBook(log), lines }
}

describe('what could not be carried', () => {
  it('is logged once for each target, in one line an exchange', () => {
    const { at, lines } = book()
    for (const target of ['local', 'local', 'backup']) {
      const losses = at(target)
      losses.warn('a field was left out')
      losses.warn('an image was left out', 'image/png')
      losses.tell()
    }
    expect(lines).toEqual([
      expect.stringMatching(/local: a field was left out; an image was left out/),
      expect.stringContaining('backup: '),
    ])
  })

  it('is logged anew only where it is new', () => {
    const { at, lines } = book()
    const first = at('local')
    first.warn('one')
    first.tell()
    const second = at('local')
    second.warn('one')
    second.warn('two')
    second.tell()
    expect(lines[1]).toContain('two')
    expect(lines[1]).not.toContain('one')
  })

  it('is not logged where nothing is lost', () => {
    const { at, lines } = book()
    at('local').tell()
    expect(lines).toEqual([])
  })

  it('is counted for the client as far as it was content, in each exchange', () => {
    const { at } = book()
    const losses = at('local')
    expect(losses.omitted()).toBeUndefined()
    losses.warn('a field was left out')
    expect(losses.omitted()).toBeUndefined()
    for (const kind of ['image/png', 'application/pdf', 'image/png']) losses.warn('shown as a note', kind)
    expect(losses.omitted()).toBe('2 image/png, 1 application/pdf')
    expect(at('local').omitted()).toBeUndefined()
  })

  it('is counted in messages, tokens and images as far as there was no room for it', () => {
    const losses = book().at('local')
    losses.omit({ messages: 1, tokens: 900, images: 0 })
    expect(losses.omitted()).toBe('1 message, 900 tokens')
    losses.omit({ messages: 0, tokens: 760, images: 1 })
    expect(losses.omitted()).toBe('parts of the request, 760 tokens, 1 image')
  })

  it('is no way to fill the memory, or the log', () => {
    const { at, lines } = book()
    for (let turn = 0; turn < 1100; turn += 1) {
      const losses = at('local')
      losses.warn(`field ${turn}`)
      losses.tell()
    }
    expect(lines.length).toBeLessThan(1010)
  })
})
