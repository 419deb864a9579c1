/** Single facts out of a JSON body that is relayed unparsed. */
import { parseJson, stringOf } from '../ir/json.ts'
import { membersOf, skipSpace as skipBlank } from './json-text.ts'
import { OwnText } from './own-text.ts'

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

/**
 * The string at a key of the top object of JSON whose bytes are this latin1; `undefined` when there is none. ~1 ns a byte up to the key, where
 * parsing costs that for every byte and memory besides; clients write `model` first.
 */
export function topLevelString(text: string, key: string): string | undefined {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (sign === quote) {
      const end = endOfString(text, at)
      const from = depth === 1 && isKey(text, at + 1, end, key) ? valueAfter(text, end) : undefined
      if (from !== undefined) return text.charCodeAt(from) === quote ? readString(text, from) : undefined
      at = end
    } else if (sign === 0x7b || sign === 0x5b) depth += 1
    else if (sign === 0x7d || sign === 0x5d) depth -= 1
  }
  return undefined
}

function isKey(text: string, from: number, end: number, key: string): boolean {
  return end - from === key.length && text.startsWith(key, from)
}

/** Most clients write the model first. Of a short request all is looked at, of the others' a walk through the conversation would be too much. */
const glancedBytes = 512
const shortBytes = 4096

/** The model that a request names, if that can be seen at a glance. */
export function glanceAtModel(body: Buffer): string | undefined {
  const model = topLevelString(body.toString('latin1', 0, glancedBytes), 'model')
  if (model !== undefined) return asked.of(model)
  return body.length > glancedBytes && body.length <= shortBytes ? findModel(body) : undefined
}

/** The model that a request names, wherever. */
export function findModel(body: Buffer): string | undefined {
  const model = topLevelString(body.toString('latin1'), 'model')
  return model === undefined ? undefined : asked.of(model)
}

const asked = new OwnText()

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
function endOfString(text: string, at: number): number {
  let end = at + 1
  for (; end < text.length; end += 1) {
    const sign = text.charCodeAt(end)
    if (sign === quote) return end
    if (sign === backslash) end += 1
  }
  return end
}

/** Where the value starts, when the string that ends at `end` is a key. */
function valueAfter(text: string, end: number): number | undefined {
  let at = skipBlank(text, end + 1)
  if (text.charCodeAt(at) !== colon) return undefined
  at = skipBlank(text, at + 1)
  return at < text.length ? at : undefined
}

function readString(text: string, from: number): string | undefined {
  const end = endOfString(text, from)
  const inside = text.slice(from + 1, end)
  // Plain ASCII is its own text, which need not be parsed (1 µs).
  if (end < text.length && !needsParser.test(inside)) return inside
  return stringOf(parseJson(Buffer.from(text.slice(from, end + 1), 'latin1').toString('utf8')))
}

// oxlint-disable-next-line no-control-regex -- they are what JSON has no place for
const needsParser = /[\u0000-\u001F\\\u0080-\u00FF]/

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
