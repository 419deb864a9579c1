/** Plain text for a terminal: tables, wrapped sentences, colours where they are wanted. */

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  red(text: string): string
  yellow(text: string): string
}

export function createPaint(inColour: boolean): Paint {
  const paint =
    (code: number) =>
    (text: string): string =>
      inColour && text !== '' ? `\u001B[${code}m${text}\u001B[0m` : text
  return { bold: paint(1), dim: paint(2), green: paint(32), red: paint(31), yellow: paint(33) }
}

/** Columns as wide as their widest cell, two blanks between them. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((word, at) => Math.max(...[word, ...rows.map((row) => row[at] ?? '')].map(widthOf)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

// oxlint-disable-next-line no-control-regex -- colours take no room
const colours = /\u001B\[\d+m/g

export function widthOf(cell: string): number {
  return cell.replaceAll(colours, '').length
}

// oxlint-disable-next-line no-control-regex -- colours take no room
const colourOrCharacter = /\u001B\[\d+m|./gsu

/** A line no longer than the terminal is wide; what of its colours is open, is closed. */
export function cut(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  let shown = ''
  let room = width - 1
  for (const [piece] of line.matchAll(colourOrCharacter)) {
    if (piece.startsWith('\u001B')) shown += piece
    else if (room > 0) {
      shown += piece
      room -= 1
    }
  }
  return `${shown}…`
}

const lineWidth = 110

/** Lines after the first one are indented, so that a text stands in a column of its own. */
export function wrap(text: string, indent: number): string {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && indent + line.length + 1 + word.length > lineWidth) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

/** A short time, as it is told of a request. */
export function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}
