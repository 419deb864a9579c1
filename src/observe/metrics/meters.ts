/**
 * Numbers that grow while Trooper works, for whoever asks for them now and then. What adds to them keeps the cells that it needs: an
 * addition is a store (~1 ns), and names and labels are looked at when somebody asks.
 */

export interface Facts {
  /** As Prometheus has them: base units, which the name says. */
  name: string
  help: string
  /** Their values come from closed sets: names in the configuration, dialects, reasons; never from what a client writes. */
  labels: readonly string[]
}

export interface Cell {
  value: number
}

export interface Reading<T = number> {
  /** In the order of the names. */
  labels: readonly string[]
  value: T
}

/** `read`: what it is now. */
export interface Meter {
  type: 'counter' | 'gauge'
  facts: Facts
  read(): Reading[]
}

class Family<T> {
  readonly facts: Facts
  readonly #series = new Map<string, Reading<T>>()
  readonly #create: () => T

  constructor(facts: Facts, create: () => T) {
    this.facts = facts
    this.#create = create
  }

  at(...labels: string[]): T {
    const key = labels.join('\n')
    const known = this.#series.get(key)
    if (known) return known.value
    const value = this.#create()
    this.#series.set(key, { labels, value })
    return value
  }

  protected series(): Reading<T>[] {
    return [...this.#series.values()]
  }
}

export class Counter extends Family<Cell> implements Meter {
  readonly type = 'counter'

  constructor(facts: Facts) {
    super(facts, () => ({ value: 0 }))
  }

  read(): Reading[] {
    return this.series().map(({ labels, value: { value } }) => ({ labels, value }))
  }
}

export class Histogram extends Family<Buckets> {
  readonly type = 'histogram'
  readonly bounds: readonly number[]

  /** `bounds` from small to large. */
  constructor(facts: Facts, bounds: readonly number[]) {
    super(facts, () => new Buckets(bounds))
    this.bounds = bounds
  }

  read(): Reading<Buckets>[] {
    return this.series()
  }
}

export class Buckets {
  readonly #bounds: readonly number[]
  /** How many values were not above each bound and above the one before; the last is for those above all. */
  readonly #counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = [...bounds, Number.POSITIVE_INFINITY].map(() => 0)
  }

  observe(value: number): void {
    let at = 0
    while (at < this.#bounds.length && value > (this.#bounds[at] ?? 0)) at += 1
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.sum += value
  }

  /** How many were not above each bound; in the end all of them. */
  cumulated(): number[] {
    let count = 0
    return this.#counts.map((own) => (count += own))
  }
}
