/** A map that forgets what was not used for longest. */
export interface LruMap<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
}

/** `most`: so many, or so much of what `weigh` says; the newest stays whatever it weighs. */
export function createLruMap<K, V>(most: number, weigh: (value: V) => number = () => 1): LruMap<K, V> {
  const entries = new Map<K, V>()
  let weight = 0
  const forget = (key: K): void => {
    const value = entries.get(key)
    if (value !== undefined && entries.delete(key)) weight -= weigh(value)
  }
  const set = (key: K, value: V): void => {
    forget(key)
    entries.set(key, value)
    weight += weigh(value)
    for (const oldest of entries.keys()) {
      if (weight <= most || entries.size === 1) return
      forget(oldest)
    }
  }
  return {
    get: (key) => {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
  }
}
