/**
 * Meters as Prometheus reads them; prom-client writes the text, and knows what to say of a Node process. From then on it looks at the
 * delay of the event loop a hundred times a second, so nobody need pay for that before somebody asks.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Facts, Histogram as OwnHistogram, Meter } from './meters.ts'

export interface Exposition {
  readonly contentType: string
  text(): Promise<string>
}

export function createExposition(meters: readonly Meter[], histograms: readonly OwnHistogram[]): Exposition {
  const registry = new Registry()
  for (const meter of meters)
    registry.registerMetric(meter.type === 'counter' ? exposedCounter(meter) : exposedGauge(meter))
  for (const histogram of histograms) registry.registerMetric(new ExposedHistogram(histogram))
  collectDefaultMetrics({ register: registry })
  return { contentType: registry.contentType, text: () => registry.metrics() }
}

function exposedCounter(meter: Meter): Counter {
  return new Counter({
    ...configured(meter.facts),
    collect() {
      this.reset()
      for (const reading of meter.read()) this.inc(labelled(meter.facts.labels, reading), reading.value)
    },
  })
}

function exposedGauge(meter: Meter): Gauge {
  return new Gauge({
    ...configured(meter.facts),
    collect() {
      this.reset()
      for (const reading of meter.read()) this.set(labelled(meter.facts.labels, reading), reading.value)
    },
  })
}

function configured({ name, help, labels }: Facts) {
  return { name, help, labelNames: [...labels], registers: [] }
}

function labelled(names: readonly string[], { labels }: { labels: readonly string[] }): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, labels[at] ?? '']))
}

/** One that takes what it says from ours: prom-client's own would have to be told of each value, which takes ten times as long. */
class ExposedHistogram extends Histogram {
  readonly #own: OwnHistogram

  constructor(own: OwnHistogram) {
    super({ ...configured(own.facts), buckets: [...own.bounds] })
    this.#own = own
  }

  /** Asked by the registry when it writes its text. */
  async getForPromString() {
    const { facts, bounds, type } = this.#own
    const { name, help } = facts
    const values = this.#own.read().flatMap((reading) => {
      const labels = labelled(facts.labels, reading)
      const counts = reading.value.cumulated()
      const all = counts.at(-1) ?? 0
      return [
        ...counts.map((value, at) => ({
          metricName: `${name}_bucket`,
          labels: { ...labels, le: bounds[at] ?? '+Inf' },
          value,
        })),
        { metricName: `${name}_sum`, labels, value: reading.value.sum },
        { metricName: `${name}_count`, labels, value: all },
      ]
    })
    return { name, help, type, values }
  }
}
