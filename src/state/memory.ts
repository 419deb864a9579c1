/** A store that ends with the process. */
import type { Clock } from '../clock.ts'
import { Shelf } from './shelf.ts'
import type { Bounds, Store } from './store.ts'

export function createMemoryStore(bounds: Bounds, clock: Clock): Store {
  const shelf = new Shelf(bounds)
  const values = new Map<string, string | Buffer>()
  return {
    get: (key) => Promise.resolve(shelf.has(key, clock.now()) ? values.get(key)?.toString() : undefined),
    put: (key, value) => {
      values.set(key, value)
      shelf.add(key, Buffer.byteLength(value), clock.now())
      for (const gone of shelf.tidy(clock.now())) values.delete(gone)
      return Promise.resolve()
    },
    delete: (key) => {
      values.delete(key)
      shelf.remove(key)
      return Promise.resolve()
    },
    keys: () => Promise.resolve(shelf.keys(clock.now())),
  }
}
