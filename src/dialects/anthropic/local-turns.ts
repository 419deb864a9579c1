/**
 * Turns that a local model wrote, on their way back to Anthropic with the rest of the history: thinking without a signature,
 * texts of nothing or of white space, as many models write them before a call, and empty messages are refused there
 * (providers.md 4.1, 4.2). Only those are cut out; every other byte stays.
 */
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../ir/json.ts'
import { cutsOf, elementsOf, memberOf, skipSpace, type Range } from '../../wire/json-text.ts'

/**
 * Whether a body may hold anything to cut: more thoughts than signatures, or something empty or blank. Searches only: a
 * third of what a parse would take. Inside a JSON string every quote is escaped, so a text cannot look like a key.
 */
export function mayHoldLocalTurns(body: Buffer): boolean {
  if (!body.includes('"assistant"')) return false
  if (count(body, '"thinking"', /^"thinking"\s*:\s*"/) > count(body, '"signature"', /^"signature"\s*:\s*"[^"]/))
    return true
  return hasEmpty(body, '""') || hasEmpty(body, '[]') || hasBlank(body)
}

/** How often `key` stands in the body with what the pattern wants behind it. */
function count(body: Buffer, key: string, pattern: RegExp): number {
  let found = 0
  for (let at = body.indexOf(key); at !== -1; at = body.indexOf(key, at + key.length)) {
    if (pattern.test(body.subarray(at, at + key.length + 16).toString('latin1'))) found += 1
  }
  return found
}

const emptyValue = /"(?:text|content|signature)"\s*:\s*$/

function hasEmpty(body: Buffer, value: '""' | '[]'): boolean {
  for (let at = body.indexOf(value); at !== -1; at = body.indexOf(value, at + 2)) {
    if (emptyValue.test(body.subarray(Math.max(0, at - 24), at).toString('latin1'))) return true
  }
  return false
}

/** In latin1 text of the bytes, with the white space of other scripts. One letter of the key makes the search twice as fast as all of them. */
const blankValue = /t"\s*:\s*"(?: |\\[nrtf]|\\u(?:00[aA]0|3000)|\u00c2\u00a0|\u00e3\u0080\u0080)+"/g
const longestKey = '"content'.length

/** ~1.5 ns a byte. */
function hasBlank(body: Buffer): boolean {
  const text = body.toString('latin1')
  for (const { index } of text.matchAll(blankValue)) {
    const key = text.slice(Math.max(0, index + 1 - longestKey), index + 1)
    if (key.endsWith('"text') || key === '"content') return true
  }
  return false
}

/** What has to be cut out of a request (latin1 text of its bytes), in order; none for a history that is the provider's own. */
export function cutLocalTurns(body: string): Range[] {
  return cutBlocks(body, isRefused)
}

/** The same for every thought, whoever signed it: those of another account are refused too (providers.md 4.1). */
export function cutThoughts(body: string): Range[] {
  return cutBlocks(body, (block) => isThought(block) || isRefused(block))
}

type IsCut = (block: JsonObject) => boolean

function cutBlocks(body: string, isCut: IsCut): Range[] {
  const messages = memberOf(body, skipSpace(body, 0), 'messages')
  if (!messages) return []
  const places = [...elementsOf(body, messages.start)].map((place) => ({
    ...place,
    ...judgeMessage(body, place, isCut),
  }))
  const inside = places.flatMap((place) => (place.isCut ? [] : cutsOf(place.blocks)))
  return [...cutsOf(places), ...inside].sort((a, b) => a.start - b.start)
}

type Block = Range & { isCut: boolean }

/** A message of the assistant of which nothing would be left goes as a whole. */
function judgeMessage(body: string, { start, end }: Range, isCut: IsCut): { isCut: boolean; blocks: Block[] } {
  const content = isOfAssistant(body, start, end) ? memberOf(body, start, 'content') : undefined
  if (!content) return { isCut: false, blocks: [] }
  if (body[content.start] !== '[') return { isCut: isBlank(parseJson(textAt(body, content))), blocks: [] }
  const blocks = [...elementsOf(body, content.start)].map((place) => ({ ...place, isCut: isCutAt(body, place, isCut) }))
  return { isCut: blocks.every((block) => block.isCut), blocks }
}

function isOfAssistant(body: string, start: number, end: number): boolean {
  const role = memberOf(body, start, 'role')
  return role !== undefined && role.start < end && body.startsWith('"assistant"', role.start)
}

function textAt(body: string, { start, end }: Range): string {
  return body.slice(start, end)
}

function isCutAt(body: string, place: Range, isCut: IsCut): boolean {
  const block = parseJson(textAt(body, place))
  return isObject(block) && isCut(block)
}

function isThought(block: JsonObject): boolean {
  return block['type'] === 'thinking' || block['type'] === 'redacted_thinking'
}

function isRefused(block: JsonObject): boolean {
  if (block['type'] === 'thinking') return !block['signature']
  return block['type'] === 'text' && isBlank(block['text'])
}

/** `text`: read from latin1 text of its bytes. */
function isBlank(text: JsonValue | undefined): boolean {
  return typeof text === 'string' && Buffer.from(text, 'latin1').toString().trim() === ''
}
