/** The text format of Prometheus, read strictly: what is not exactly as it is specified is thrown back. */

export interface Scraped {
  /** Name -> `counter`, `gauge` or `histogram`. */
  types: ReadonlyMap<string, string>
  samples: readonly Sample[]
}

interface Sample {
  name: string
  /** Of its family: without `_bucket`, `_sum` and `_count` for a histogram. */
  family: string
  labels: Readonly<Record<string, string>>
  value: number
}

const comment = /^# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) (.+)$/i
const sample = /^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/i
const label = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"/gi

export function readPrometheus(text: string): Scraped {
  const types = new Map<string, string>()
  const helped = new Set<string>()
  const samples: Sample[] = []
  const seen = new Set<string>()
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, kind, name = '', rest = ''] = comment.exec(line) ?? []
    if (kind === 'HELP') helped.add(name)
    else if (kind === 'TYPE') {
      if (types.has(name) || !helped.has(name)) throw new Error(`${name} is declared twice, or not explained.`)
      types.set(name, rest)
    } else {
      const read = readSample(line, types)
      const key = keyOf(read.name, read.labels)
      if (seen.has(key)) throw new Error(`${key} is there twice.`)
      seen.add(key)
      samples.push(read)
    }
  }
  return { types, samples }
}

function readSample(line: string, types: ReadonlyMap<string, string>): Sample {
  const [, name = '', labelText = '', valueText = ''] = sample.exec(line) ?? []
  const value = valueText === '+Inf' ? Number.POSITIVE_INFINITY : Number(valueText)
  if (name === '' || (Number.isNaN(value) && !/^nan$/i.test(valueText))) throw new Error(`No sample: ${line}`)
  const labels = Object.fromEntries(
    [...labelText.matchAll(label)].map(([, key = '', text = '']) => [key, unescaped(text)]),
  )
  const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
  const type = types.get(family)
  if (type === undefined || (family !== name && type !== 'histogram')) throw new Error(`${name} has no type.`)
  return { name, family, labels, value }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

/** `name{a="x",b="y"}`, its labels in the order of their names. */
export function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}="${labels[key]}"`)
  return `${name}{${pairs.join(',')}}`
}
