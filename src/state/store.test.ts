import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchFolder } from '../../test/fakes/output.ts'
import type { Clock } from '../clock.ts'
import { openFileStore } from './file.ts'
import { createMemoryStore } from './memory.ts'
import { createResilientStore } from './resilient.ts'
import type { Store } from './store.ts'

const bounds = { maxBytes: 10, maxAgeMs: 1000 }

function clockAt(time: { ms: number }): Clock {
  return { now: () => time.ms, after: () => () => {} }
}

const scratch = (): string => join(scratchFolder('store'), 'inner')

const kinds: [string, (clock: Clock) => Promise<Store>][] = [
  ['in memory', (clock) => Promise.resolve(createMemoryStore(bounds, clock))],
  ['in a folder', (clock) => openFileStore(scratch(), bounds, clock)],
  [
    'with a spare',
    (clock) =>
      Promise.resolve(
        createResilientStore(createMemoryStore(bounds, clock), createMemoryStore(bounds, clock), () => {}),
      ),
  ],
]

describe.each(kinds)('a store %s', (_name, open) => {
  it('gives back what was put, the latest under a key', async () => {
    const store = await open(clockAt({ ms: 0 }))
    await store.put('a', 'one')
    await store.put('a', 'two')
    await store.put('b', 'x')
    expect(await store.get('a')).toBe('two')
    expect(await store.keys()).toEqual(['a', 'b'])
    await store.delete('a')
    expect(await store.get('a')).toBeUndefined()
  })

  it('lets the oldest go when there is too much', async () => {
    const store = await open(clockAt({ ms: 0 }))
    for (const key of ['a', 'b', 'c']) await store.put(key, '12345')
    expect(await store.keys()).toEqual(['b', 'c'])
    expect(await store.get('a')).toBeUndefined()
  })

  it('lets go what is too old', async () => {
    const time = { ms: 0 }
    const store = await open(clockAt(time))
    await store.put('a', '1')
    time.ms = 1001
    expect(await store.get('a')).toBeUndefined()
    await store.put('b', '2')
    expect(await store.keys()).toEqual(['b'])
  })
})

describe('a store in a folder', () => {
  it('outlives its process, in the order in which it was written, readable by its owner only', async () => {
    const folder = scratch()
    const clock = clockAt({ ms: 5000 })
    const first = await openFileStore(folder, bounds, clock)
    expect(existsSync(folder)).toBe(false)
    await first.put('resp_b', 'b')
    await first.put('resp_a', 'a')
    utimesSync(join(folder, 'resp_b.json'), 4, 4)
    utimesSync(join(folder, 'resp_a.json'), 5, 5)
    const second = await openFileStore(folder, bounds, clock)
    expect(await second.keys()).toEqual(['resp_b', 'resp_a'])
    expect(await second.get('resp_b')).toBe('b')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'resp_a.json')).mode & 0o777).toBe(0o600)
  })

  it('removes what a crash left half written, and leaves files of others alone', async () => {
    const folder = scratch()
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.json.1.2.tmp'), 'ha')
    utimesSync(join(folder, 'a.json.1.2.tmp'), 5, 5)
    // Another process is about to write it.
    writeFileSync(join(folder, 'b.json.1.2.tmp'), 'ha')
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    const store = await openFileStore(folder, bounds, clockAt({ ms: Date.now() }))
    expect(await store.keys()).toEqual([])
    expect(readdirSync(folder)).toEqual(['b.json.1.2.tmp', 'notes.txt'])
  })

  it('holds nothing of what is no file', async () => {
    const folder = scratch()
    mkdirSync(join(folder, 'a.json'), { recursive: true })
    symlinkSync(join(folder, 'nowhere'), join(folder, 'b.json'))
    const store = await openFileStore(folder, bounds, clockAt({ ms: Date.now() }))
    expect(await store.keys()).toEqual([])
  })

  it('never leaves its folder, whatever the key', async () => {
    const folder = scratch()
    const store = await openFileStore(folder, bounds, clockAt({ ms: 0 }))
    await store.put('../outside', 'x')
    expect(existsSync(join(folder, '..', 'outside.json'))).toBe(false)
    expect(await store.get('../outside')).toBeUndefined()
  })
})

describe('a store with a spare', () => {
  it('goes on in memory where the folder cannot be written, and says so', async () => {
    const clock = clockAt({ ms: 0 })
    const file = join(scratchFolder('store'), 'file')
    writeFileSync(file, '')
    let troubles = 0
    const broken = await openFileStore(join(file, 'under-a-file'), bounds, clock)
    const store = createResilientStore(broken, createMemoryStore(bounds, clock), () => (troubles += 1))
    await store.put('a', '1')
    expect(await store.get('a')).toBe('1')
    expect(troubles).toBe(1)
  })
})
