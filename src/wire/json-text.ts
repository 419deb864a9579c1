/**
 * Places inside JSON text, found without parsing it: for cutting a piece out of a body whose other bytes must stay as they are.
 * Works on latin1 text of the bytes, in which an index is a byte's; JSON's own signs are ASCII. The text must be sound JSON. ~1 ns a byte.
 */

export interface Range {
  start: number
  end: number
}

/** The members of the object that opens at `at`; none when there is no object. */
export function* membersOf(text: string, at: number): Generator<Range & { key: string }> {
  if (text[at] !== '{') return
  for (let from = skipSpace(text, at + 1); text[from] === '"';) {
    const keyEnd = skipString(text, from)
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = skipValue(text, start)
    yield { key: text.slice(from + 1, keyEnd - 1), start, end }
    from = afterComma(text, end)
  }
}

/** The elements of the array that opens at `at`; none when there is no array. */
export function* elementsOf(text: string, at: number): Generator<Range> {
  if (text[at] !== '[') return
  for (let start = skipSpace(text, at + 1); start < text.length && text[start] !== ']';) {
    const end = skipValue(text, start)
    yield { start, end }
    if (end <= start) return
    start = afterComma(text, end)
  }
}

/** The value of a key in the object that opens at `at`; the last one counts, as for every parser. */
export function memberOf(text: string, at: number, key: string): Range | undefined {
  let found: Range | undefined
  for (const member of membersOf(text, at)) if (member.key === key) found = member
  return found
}

export function skipSpace(text: string, at: number): number {
  let end = at
  while (text[end] === ' ' || text[end] === '\n' || text[end] === '\r' || text[end] === '\t') end += 1
  return end
}

/** Behind the comma that follows a value, or at the bracket that closes what it stands in. */
function afterComma(text: string, at: number): number {
  const next = skipSpace(text, at)
  return text[next] === ',' ? skipSpace(text, next + 1) : next
}

function skipString(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

const endOfPlain = /[,\]}\s]/g

function skipValue(text: string, at: number): number {
  const first = text[at]
  if (first === '"') return skipString(text, at)
  if (first === '{' || first === '[') return skipNested(text, at)
  endOfPlain.lastIndex = at
  return endOfPlain.exec(text)?.index ?? text.length
}

function skipNested(text: string, at: number): number {
  let depth = 0
  for (let end = at; end < text.length; end += 1) {
    const sign = text[end]
    if (sign === '"') end = skipString(text, end) - 1
    else if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') {
      depth -= 1
      if (depth === 0) return end + 1
    }
  }
  return text.length
}

/** The elements of a list that are to go, each with the comma that would be left over. */
export function cutsOf(elements: readonly (Range & { isCut: boolean })[]): Range[] {
  const lastKept = elements.findLastIndex(({ isCut }) => !isCut)
  return elements.flatMap(({ start, end, isCut }, at) => {
    if (!isCut) return []
    const next = elements[at + 1]
    if (next && at < lastKept) return [{ start, end: next.start }]
    // Nothing that is kept follows, so the comma before it goes.
    return [{ start: elements[at - 1]?.end ?? start, end }]
  })
}
