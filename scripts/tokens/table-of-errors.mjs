// How far off estimates are, in percent: for each kind of text and family the mean, what 1 and 3 of 100 are below, and what 3 are above.

/** Shorter texts say little. */
const leastLength = 600

export function tableOfErrors(rows, families, estimate) {
  const long = rows.filter(({ text }) => text.length >= leastLength)
  const kinds = [...new Set(long.map(({ kind }) => kind))]
  const line = (name, rows) => [name, ...families.map((family) => tell(rows, family, estimate))]
  const lines = kinds.map((kind) =>
    line(
      kind,
      long.filter((row) => row.kind === kind),
    ),
  )
  return [['', ...families], ...lines, line('all', long)]
    .map(([name, ...cells]) => name.padEnd(18) + cells.map((cell) => cell.padStart(18)).join(''))
    .join('\n')
}

function tell(rows, family, estimate) {
  const errors = rows.map(({ text, tokens }) => (estimate(text, family) / tokens[family] - 1) * 100)
  const sorted = errors.sort((one, other) => one - other)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0)
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
  return `${mean.toFixed(0)} [${at(0.01)} ${at(0.03)}, ${at(0.97)}]`
}
