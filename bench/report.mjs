// Samples -> a table in Markdown.
import { cpus, release, totalmem, type } from 'node:os'
import { figure, median, min, print, printRow, quantile, spread } from './figures.mjs'
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

const idleBudgetBytes = 40_000

/** `results`: contender -> bytes a stream. */
export function printIdle(results, streams) {
  printRow([`an open stream that says nothing, KB, of ${streams}`, ...Object.keys(results)])
  printRow(['---', ...Object.keys(results).map(() => '---:')])
  const of = Object.values(results)
  const verdict = (held) => (held > idleBudgetBytes ? ' **over**' : '')
  printRow(['held after a collection', ...of.map(({ held }) => `${figure(held / 1000)}${verdict(held)}`)])
  print('')
}

const recoveryBudgetMicro = 2000

/** `samples`: build -> kind of failure -> microseconds, one an exchange. */
export function printRecovery(samples) {
  const builds = Object.keys(samples)
  printRow(['from the failure to the next target, µs', ...builds.flatMap((name) => [`${name}, p50`, 'p99'])])
  printRow(['---', ...builds.flatMap(() => ['---:', '---:'])])
  for (const [kind, label] of Object.entries(kinds))
    printRow([label, ...builds.flatMap((name) => recoveryCells(samples[name][kind]))])
  print('')
}

function recoveryCells(micros) {
  const p50 = quantile(micros, 0.5)
  const verdict = p50 > recoveryBudgetMicro ? ' **over**' : ''
  return [`${p50.toFixed(0)}${verdict}`, quantile(micros, 0.99).toFixed(0)]
}

const kinds = {
  429: 'status 429',
  529: 'status 529',
  reset: 'connection reset before the answer',
  refused: 'connection refused, twice',
  'error-first': 'an error frame, first of a stream',
  'error-later': 'an error frame in the middle, with a seam',
  cut: 'a stream cut in the middle, with a seam',
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

function micro(ms) {
  return (ms * 1000).toFixed(0)
}
