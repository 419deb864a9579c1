/** A heap of numbers: whichever is the lowest comes first. */
export interface Lowest {
  readonly size: number
  /** Empties it, and makes room for so many. */
  clear(room: number): void
  push(key: number): void
  /** Of none: 0. */
  pop(): number
}

export function createLowest(): Lowest {
  let keys = new Float64Array(0)
  let size = 0
  return {
    get size() {
      return size
    },
    clear: (room) => {
      size = 0
      if (keys.length < room) keys = new Float64Array(room)
    },
    push: (key) => {
      let at = size
      size += 1
      while (at > 0) {
        const above = (at - 1) >> 1
        const other = keys[above] ?? 0
        if (other <= key) break
        keys[at] = other
        at = above
      }
      keys[at] = key
    },
    pop: () => {
      if (size === 0) return 0
      const lowest = keys[0] ?? 0
      size -= 1
      sink(keys, size)
      return lowest
    },
  }
}

/** The last of them takes the first place, and goes down to where it belongs. */
function sink(keys: Float64Array, size: number): void {
  const key = keys[size] ?? 0
  let at = 0
  for (;;) {
    let below = at * 2 + 1
    if (below >= size) break
    if (below + 1 < size && (keys[below + 1] ?? 0) < (keys[below] ?? 0)) below += 1
    const other = keys[below] ?? 0
    if (other >= key) break
    keys[at] = other
    at = below
  }
  keys[at] = key
}
