/** How often something happened at a target since the start, for whoever shows it. Holds no content. */

/** `spoken-call`: a call that came as text was made. `unread-call`: an engine could not read a call of its model. */
type Counted = 'spoken-call' | 'unread-call'

export interface Counts {
  add(what: Counted, target: string, times: number): void
  /** Target -> how often. */
  of(what: Counted): ReadonlyMap<string, number>
}

export function createCounts(): Counts {
  const counts: { readonly [W in Counted]: Map<string, number> } = {
    'spoken-call': new Map(),
    'unread-call': new Map(),
  }
  return {
    add: (what, target, times) => void counts[what].set(target, (counts[what].get(target) ?? 0) + times),
    of: (what) => counts[what],
  }
}
