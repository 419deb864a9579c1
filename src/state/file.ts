/** A store in a folder: one file a value, readable by its owner only. */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Shelf } from './shelf.ts'
import { isKey, type Bounds, type Store } from './store.ts'
import { writeWhole } from './write-whole.ts'

const suffix = '.json'

/** What an earlier process left in the folder is kept, as far as it is within bounds. The folder is made when there is something to put. */
export async function openFileStore(folder: string, bounds: Bounds, clock: Clock): Promise<Store> {
  const shelf = new Shelf(bounds)
  const pathOf = (key: string): string => join(folder, key + suffix)
  for (const { key, bytes, atMs } of await readFolder(folder, clock.now())) shelf.add(key, bytes, atMs)

  const tidy = async (): Promise<void> => {
    await Promise.all(shelf.tidy(clock.now()).map((key) => rm(pathOf(key), { force: true })))
  }
  await tidy()

  return {
    get: async (key) => {
      if (!isKey(key) || !shelf.has(key, clock.now())) return undefined
      return readFile(pathOf(key), 'utf8').catch(() => undefined)
    },
    put: async (key, value) => {
      if (!isKey(key)) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeWhole(pathOf(key), value)
      shelf.add(key, Buffer.byteLength(value), clock.now())
      await tidy()
    },
    delete: async (key) => {
      shelf.remove(key)
      if (isKey(key)) await rm(pathOf(key), { force: true })
    },
    keys: () => Promise.resolve(shelf.keys(clock.now())),
  }
}

/** A younger half may be another process's, which is still writing it. */
const oldHalfMs = 60_000

/** The values in the order in which they were written; what a crash left half written is removed. */
async function readFolder(folder: string, nowMs: number): Promise<{ key: string; bytes: number; atMs: number }[]> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(names.filter((name) => name.endsWith('.tmp')).map((name) => removeOld(join(folder, name), nowMs)))
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith(suffix) && isKey(name.slice(0, -suffix.length)))
      .map(async (name) => {
        const stats = await stat(join(folder, name)).catch(() => undefined)
        // What is gone by now, or is no file, holds no value.
        return stats?.isFile() ? [{ key: name.slice(0, -suffix.length), bytes: stats.size, atMs: stats.mtimeMs }] : []
      }),
  )
  return found.flat().sort((a, b) => a.atMs - b.atMs)
}

async function removeOld(half: string, nowMs: number): Promise<void> {
  const written = await stat(half).catch(() => undefined)
  if (written && nowMs - written.mtimeMs > oldHalfMs) await rm(half, { force: true })
}
