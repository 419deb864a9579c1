// Samples and rows of Markdown.

export function printRow(cells) {
  print(`| ${cells.join(' | ')} |`)
}

export function print(line) {
  process.stdout.write(`${line}\n`)
}

export function spread(values) {
  return `${figure(min(values))} (${figure(median(values))})`
}

export function figure(value) {
  if (!Number.isFinite(value)) return 'no sample'
  return value < 100 ? value.toFixed(1) : value.toFixed(0)
}

export function min(values) {
  return Math.min(...known(values))
}

/** Without the samples that the machine did not give. */
function known(values) {
  return values.filter((value) => Number.isFinite(value))
}

export function median(values) {
  const sorted = known(values).toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
