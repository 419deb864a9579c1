import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { scratchFolder } from '../../../test/fakes/output.ts'
import { createLineFile, type LineFile } from './line-file.ts'

type Done = (error: NodeJS.ErrnoException | null, written: number) => void

/** A system that takes bytes only when a test lets it. */
class System {
  readonly clock = new FakeClock()
  taken = ''
  readonly lost: string[] = []
  #asked: { bytes: Buffer; done: Done }[] = []
  readonly lines: LineFile = createLineFile(1, this.clock, (lines, problem) => this.lost.push(`${lines}: ${problem}`), {
    write: (_, bytes, done) => void this.#asked.push({ bytes, done }),
    writeSync: (_, bytes) => {
      this.taken += bytes.toString()
      return bytes.length
    },
  })

  get isAsked(): boolean {
    return this.#asked.length > 0
  }

  take(length = Number.POSITIVE_INFINITY): void {
    const { bytes, done } = this.#next()
    const taken = bytes.subarray(0, length)
    this.taken += taken.toString()
    done(null, taken.length)
  }

  refuse(code: string): void {
    this.#next().done(Object.assign(new Error(code), { code }), 0)
  }

  #next(): { bytes: Buffer; done: Done } {
    const next = this.#asked.shift()
    if (!next) throw new Error('Nothing is to be written.')
    return next
  }
}

describe('the lines of the log', () => {
  it('are written in their order, in pieces if need be', () => {
    const system = new System()
    system.lines.write('one\n')
    system.lines.write('two\n')
    system.lines.write('three\n')
    system.take(2)
    system.take()
    expect(system.taken).toBe('one\n')
    system.take()
    expect(system.taken).toBe('one\ntwo\nthree\n')
    expect(system.isAsked).toBe(false)
  })

  it('that a full disk has no room for are counted, and told of when there is room again', () => {
    const system = new System()
    system.lines.write('one\ntwo\n')
    system.lines.write('three\n')
    system.refuse('ENOSPC')
    system.refuse('ENOSPC')
    expect(system.lost).toEqual([])
    system.lines.write('four\n')
    system.take()
    expect(system.lost).toEqual(['3: ENOSPC'])
    expect(system.taken).toBe('four\n')
  })

  it('wait for a reader that is slow, and are not kept for ever for one that has stopped', () => {
    const system = new System()
    system.lines.write('one\n')
    system.refuse('EAGAIN')
    expect(system.isAsked).toBe(false)
    for (let megabytes = 0; megabytes < 10; megabytes += 1) system.lines.write(`${'x'.repeat(1024 * 1024 - 1)}\n`)
    system.clock.advance(100)
    system.take()
    expect(system.taken).toBe('one\n')
    expect(system.lost).toEqual(['2: nobody reads them'])
    system.take()
    expect(system.taken).toHaveLength('one\n'.length + 8 * 1024 * 1024)
  })

  it('are written no more to a reader that is gone', () => {
    const system = new System()
    system.lines.write('one\n')
    system.refuse('EPIPE')
    system.lines.write('two\n')
    system.lines.end('three\n')
    expect(system.isAsked).toBe(false)
    expect(system.taken).toBe('')
  })

  it('that are left at the end are written at once', () => {
    const system = new System()
    system.lines.write('one\n')
    system.lines.write('two\n')
    system.lines.end('three\n')
    expect(system.taken).toBe('two\nthree\n')
    system.lines.write('four\n')
    expect(system.taken).toBe('two\nthree\n')
  })

  it('that wait for a slow reader at the end are not forgotten', () => {
    const system = new System()
    system.lines.write('one\n')
    system.refuse('EAGAIN')
    system.lines.end('two\n')
    expect(system.taken).toBe('one\ntwo\n')
  })
})

function open(path: string): number {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND)
  onTestFinished(() => closeSync(fd))
  return fd
}

describe('a real file', () => {
  it('has the lines', () => {
    const path = join(scratchFolder('log'), 'lines.log')
    createLineFile(open(path), new FakeClock(), () => {}).end('one\ntwo\n')
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
  })

  it.skipIf(!existsSync('/dev/full'))('that has no room ends all the same', () => {
    createLineFile(open('/dev/full'), new FakeClock(), () => {}).end('one\n')
  })
})
