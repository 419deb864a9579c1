/** A store that goes on in memory when its disk does not: full, read-only, or gone. */
import type { Store } from './store.ts'

/** `onTrouble` is called for each value that the first store refuses. */
export function createResilientStore(first: Store, spare: Store, onTrouble: () => void): Store {
  return {
    get: async (key) => (await first.get(key)) ?? spare.get(key),
    put: async (key, value) => {
      try {
        await first.put(key, value)
      } catch {
        onTrouble()
        await spare.put(key, value)
      }
    },
    delete: async (key) => {
      await Promise.all([first.delete(key), spare.delete(key)])
    },
    keys: async () => [...new Set([...(await first.keys()), ...(await spare.keys())])],
  }
}
