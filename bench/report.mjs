// Samples -> a table in Markdown.
import { cpus, release, totalmem, type } from 'node:os'
import { canPin } from './processes.mjs'

const budget = 1.3

/**
 * `measures`: [{ name, label }]; `samples`: contender -> measure name -> numbers, one a round, NaN where there is none.
 * The budget holds for the median of the rounds' own ratios: both samples of a round stand a second apart, so that a noisy
 * minute meets both, where a single lucky sample decides a ratio of minima.
 */
export function printTable(contenders, measures, samples) {
  const [bare, ...others] = contenders
  const columns = others.flatMap((name) => [`${name} min (median)`, `ratio: pairs (minima, medians)`])
  printRow(['CPU time of the proxy', `${bare} min (median)`, ...columns])
  printRow(['---', '---:', ...columns.map(() => '---:')])
  for (const measure of measures) {
    const base = samples[bare][measure.name]
    const cells = others.flatMap((name) => {
      const own = samples[name][measure.name]
      const ratio = median(own.map((value, round) => value / base[round]))
      const verdict = ratio > budget ? ' **over**' : ''
      const others = `${(min(own) / min(base)).toFixed(2)}, ${(median(own) / median(base)).toFixed(2)}`
      return [spread(own), `${ratio.toFixed(2)} (${others})${verdict}`]
    })
    printRow([`µs per ${measure.label}`, spread(base), ...cells])
  }
  print('')
}

/** `samples`: contender -> { p50Ms, p99Ms }, numbers one a round; the first contender is what the others add to. */
export function printLatency(contenders, samples) {
  printRow(['latency of one JSON request at a time, µs', 'p50', 'p99'])
  printRow(['---', '---:', '---:'])
  for (const name of contenders) printRow([name, ...quantiles.map((key) => micro(min(samples[name][key])))])
  const bare = contenders[1]
  for (const name of contenders.slice(2)) {
    const added = (key) => micro(min(samples[name][key]) - min(samples[bare][key]))
    printRow([`added by ${name} to ${bare}`, ...quantiles.map(added)])
  }
  print('')
}

export function printTranslation(results) {
  printRow(['translation of a streamed chunk, Ollama ->', 'µs CPU/chunk min (median)'])
  printRow(['---', '---:'])
  for (const { dialect, samples } of results) printRow([dialect, spread(samples)])
  print('')
}

export function printMachine(rounds, generations) {
  const cores = cpus()
  const pinning = canPin ? 'proxy on core 0, upstream and load on core 1' : 'not pinned: no taskset, or one core'
  const gib = Math.round(totalmem() / 2 ** 30)
  print(
    `${cores[0]?.model.trim()}, ${cores.length} cores, ${gib} GiB; ${type()} ${release().split('.', 2).join('.')}; Node ${process.version}`,
  )
  print(`${generations} x ${rounds} rounds; ${pinning}`)
  print('')
}

const quantiles = ['p50Ms', 'p99Ms']

function printRow(cells) {
  print(`| ${cells.join(' | ')} |`)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}

function spread(values) {
  return `${figure(min(values))} (${figure(median(values))})`
}

function figure(value) {
  if (!Number.isFinite(value)) return 'no sample'
  return value < 100 ? value.toFixed(1) : value.toFixed(0)
}

function micro(ms) {
  return (ms * 1000).toFixed(0)
}

function min(values) {
  return Math.min(...known(values))
}

/** Without the samples that the machine did not give. */
function known(values) {
  return values.filter((value) => Number.isFinite(value))
}

function median(values) {
  const sorted = known(values).toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
