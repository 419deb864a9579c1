/** Single facts out of a JSON body that is relayed unparsed. */
import { parseJson, stringOf } from '../ir/json.ts'
import { membersOf, skipSpace as skipBlank } from './json-text.ts'

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

/**
 * The string at a key of the top object; `undefined` when there is none. ~1 ns a byte up to the key, where parsing costs that for
 * every byte and memory besides; clients write `model` first.
 */
export function topLevelString(body: Buffer, key: string): string | undefined {
  let depth = 0
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]
    if (byte === quote) {
      const end = endOfString(body, at)
      const from = depth === 1 && isKey(body, at + 1, end, key) ? valueAfter(body, end) : undefined
      if (from !== undefined) return body[from] === quote ? readString(body, from) : undefined
      at = end
    } else if (byte === 0x7b || byte === 0x5b) depth += 1
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return undefined
}

function isKey(body: Buffer, from: number, end: number, key: string): boolean {
  if (end - from !== key.length) return false
  let at = 0
  while (at < key.length && body[from + at] === key.charCodeAt(at)) at += 1
  return at === key.length
}

/**
 * The model that a request names, if that can be seen at a glance: most clients write it first. The others' would cost a walk through
 * the conversation.
 */
export function glanceAtModel(body: Buffer): string | undefined {
  return topLevelString(body.length <= 4096 ? body : body.subarray(0, 512), 'model')
}

/** The same body with another string at a key of the top object, where there is one; every other byte stays. Walks the whole body (~1 ns a byte). */
export function withTopLevelString(body: Buffer, key: string, value: string): Buffer {
  const text = body.toString('latin1')
  const places = [...membersOf(text, skipBlank(text, 0))].filter(
    (member) => member.key === key && text[member.start] === '"',
  )
  const last = places.at(-1)
  if (!last) return body
  return Buffer.concat([body.subarray(0, last.start), Buffer.from(JSON.stringify(value)), body.subarray(last.end)])
}

/** The index of the quote that closes the string which opens at `at`. */
function endOfString(body: Buffer, at: number): number {
  let end = at + 1
  while (end < body.length && body[end] !== quote) end += body[end] === backslash ? 2 : 1
  return end
}

/** Where the value starts, when the string that ends at `end` is a key. */
function valueAfter(body: Buffer, end: number): number | undefined {
  let at = skipSpace(body, end + 1)
  if (body[at] !== colon) return undefined
  at = skipSpace(body, at + 1)
  return at < body.length ? at : undefined
}

function skipSpace(body: Buffer, from: number): number {
  let at = from
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at += 1
  return at
}

function readString(body: Buffer, from: number): string | undefined {
  const text = body.toString('utf8', from, endOfString(body, from) + 1)
  // Without an escape it is its own text, which need not be parsed (1 µs).
  return text.length > 1 && text.endsWith('"') && !text.includes('\\') ? text.slice(1, -1) : stringOf(parseJson(text))
}

const headBytes = 1024
const tailBytes = 16 * 1024

/**
 * Whether a request asks for a stream, for the log. Clients write the key right after the model or at the very end
 * (real-clients.md 2, 3), and a search of the whole would cost a long conversation about half of what relaying it costs.
 * Inside a JSON string every quote is escaped, so a text cannot look like the key.
 */
export function asksForStream(body: Buffer): boolean {
  if (body.length <= headBytes + tailBytes) return saysStream(body)
  return saysStream(body.subarray(0, headBytes)) || saysStream(body.subarray(-tailBytes))
}

const streamKey = /"stream"\s*:\s*true/

/** One pass over text, in a third of the time that two searches of the bytes take. */
function saysStream(part: Buffer): boolean {
  return streamKey.test(part.toString('latin1'))
}
