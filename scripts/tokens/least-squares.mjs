// Least squares over sparse rows, where too little is worse than too much and no cost is below nothing.

const mostRounds = 300
const enough = 1e-4

/** `rows`: how often each column stands in each row. */
export function readRows(rows) {
  const columns = new Map()
  for (const [row, times] of rows.entries()) {
    for (const [column, count] of times) {
      const found = columns.get(column) ?? { column, rows: [], counts: [] }
      columns.set(column, found)
      found.rows.push(row)
      found.counts.push(count)
    }
  }
  return [...columns.values()].map(({ column, rows, counts }) => ({
    column,
    rows: Int32Array.from(rows),
    counts: Float64Array.from(counts),
  }))
}

/** What each column costs, by descent along one column after the other; one that no row has keeps what is `expected` of it. */
export function solve(columns, { tokens, weights, expected, heed, shortIsWorse }) {
  const costs = expected.slice()
  const errors = new Float64Array(tokens.length).fill(-1)
  for (const { column, rows, counts } of columns)
    for (let at = 0; at < rows.length; at += 1) errors[rows[at]] += (counts[at] * costs[column]) / tokens[rows[at]]
  for (let round = 0; round < mostRounds; round += 1) {
    let most = 0
    for (const { column, rows, counts } of columns) {
      let slope = heed * (costs[column] - expected[column])
      let bend = heed
      for (let at = 0; at < rows.length; at += 1) {
        const row = rows[at]
        const share = counts[at] / tokens[row]
        const weight = weights[row] * share * (errors[row] < 0 ? shortIsWorse : 1)
        slope += weight * errors[row]
        bend += weight * share
      }
      const change = Math.max(-costs[column], -slope / bend)
      costs[column] += change
      most = Math.max(most, Math.abs(change))
      for (let at = 0; at < rows.length; at += 1) errors[rows[at]] += (counts[at] * change) / tokens[rows[at]]
    }
    if (most < enough) break
  }
  return costs
}
