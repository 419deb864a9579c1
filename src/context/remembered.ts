/** A map that forgets what was not used for longest. */
export interface Remembered<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
}

export function createRemembered<K, V>(most: number): Remembered<K, V> {
  const entries = new Map<K, V>()
  const set = (key: K, value: V): void => {
    entries.delete(key)
    entries.set(key, value)
    const [oldest] = entries.size > most ? entries.keys() : []
    if (oldest !== undefined) entries.delete(oldest)
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
