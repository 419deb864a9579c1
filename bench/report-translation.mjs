// Samples of translation -> two tables in Markdown, and a verdict on each.
import { figure, median, min, print, printRow, spread } from './figures.mjs'

/** µs of CPU a chunk. */
const chunkBudget = 20
/** Times what any program needs that reads and writes the same JSON. */
const requestBudget = 5

const kindLabels = {
  text: 'text',
  heard: 'text, with tools',
  reasoning: 'reasoning',
  call: 'tool call',
  spoken: 'call in text',
  checked: 'checked JSON',
}

/**
 * `results`: [{ target, kind, client, samples }], µs; without a client it is the floor. The budget is one of time, so it holds for
 * the minimum: neighbours on the machine only ever add to it.
 */
export function printChunks(results) {
  const kinds = Object.keys(kindLabels)
  printRow(['streamed chunk, µs of CPU: min (median)', ...kinds.map((kind) => kindLabels[kind])])
  printRow(['---', ...kinds.map(() => '---:')])
  for (const row of rowsOf(
    results,
    ({ target, client }) => `${target} -> ${client ?? '(the same JSON, read and written)'}`,
  ))
    printRow([row.label, ...row.results.map(({ samples }) => spread(samples))])
  print('')
  const costs = results
    .filter(({ client }) => client !== undefined)
    .map(({ target, client, kind, samples }) => ({
      name: `${target} -> ${client}, ${kindLabels[kind]}`,
      cost: min(samples),
    }))
  printVerdict(`${chunkBudget} µs a chunk, minima`, costs, chunkBudget, 'µs')
}

/** `results`: [{ client, target, samples }], ms; without a target it is the floor. Judged by the median of the rounds' own ratios. */
export function printRequests(results) {
  const [first] = rowsOf(results, ({ client }) => client)
  printRow(['request of 150 KB, ms of CPU: min (median), ratio', ...first.results.map(requestColumn)])
  printRow(['---', ...first.results.map(() => '---:')])
  const costs = []
  for (const { label, results: row } of rowsOf(results, ({ client }) => client)) {
    const [floor, ...pairs] = row
    const ratios = pairs.map(({ samples }) => median(samples.map((value, round) => value / floor.samples[round])))
    const cells = pairs.map(({ samples }, at) => `${millis(samples)}, ${ratios[at].toFixed(2)}`)
    printRow([`${label} ->`, millis(floor.samples), ...cells])
    costs.push(...pairs.map(({ target }, at) => ({ name: `${label} -> ${target}`, cost: ratios[at] })))
  }
  print('')
  printVerdict(`${requestBudget} times the same JSON, medians of pairs`, costs, requestBudget, 'times')
}

function requestColumn({ target }) {
  return target ?? 'the same JSON, read and written'
}

/** Results under one label are one row, in their order. */
function rowsOf(results, labelOf) {
  const rows = new Map()
  for (const result of results) rows.set(labelOf(result), [...(rows.get(labelOf(result)) ?? []), result])
  return [...rows].map(([label, row]) => ({ label, results: row }))
}

function printVerdict(budget, costs, limit, unit) {
  const [costliest] = costs.toSorted((a, b) => b.cost - a.cost)
  const over = costs.filter(({ cost }) => cost > limit).map(({ name, cost }) => `${name}: ${figure(cost)}`)
  const verdict = over.length === 0 ? 'held' : `**over** (${over.join('; ')})`
  const share = (costliest.cost / limit).toFixed(2)
  print(
    `Budget of ${budget}: ${verdict}. The costliest is ${costliest.name}: ${figure(costliest.cost)} ${unit}, ${share} of it.`,
  )
  print('')
}

function millis(samples) {
  return `${min(samples).toFixed(2)} (${median(samples).toFixed(2)})`
}
