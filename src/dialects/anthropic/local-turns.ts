/**
 * Turns that a local model wrote, on their way back to Anthropic with the rest of the history: thinking without a signature,
 * empty texts and empty messages are refused there (providers.md 4.1, 4.2). Only those are cut out; every other byte stays.
 */
import { isObject, parseJson, type JsonObject } from '../../ir/json.ts'
import { cutsOf, elementsOf, memberStart, skipSpace, type Range } from '../../wire/json-text.ts'

/**
 * Whether a body may hold anything to cut: more thoughts than signatures, or something empty. Native searches only: a
 * quarter of what a parse would take. Inside a JSON string every quote is escaped, so a text cannot look like a key.
 */
export function mayHoldLocalTurns(body: Buffer): boolean {
  if (!body.includes('"assistant"')) return false
  if (count(body, '"thinking"', /^"thinking"\s*:\s*"/) > count(body, '"signature"', /^"signature"\s*:\s*"[^"]/))
    return true
  return hasEmpty(body, '""') || hasEmpty(body, '[]')
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
  const messages = memberStart(body, skipSpace(body, 0), 'messages')
  if (messages === undefined) return []
  const places = [...elementsOf(body, messages)].map((place) => ({ ...place, ...judgeMessage(body, place, isCut) }))
  const inside = places.flatMap((place) => (place.isCut ? [] : cutsOf(place.blocks)))
  return [...cutsOf(places), ...inside].sort((a, b) => a.start - b.start)
}

type Block = Range & { isCut: boolean }

/** A message of the assistant of which nothing would be left goes as a whole. */
function judgeMessage(body: string, { start, end }: Range, isCut: IsCut): { isCut: boolean; blocks: Block[] } {
  const content = isOfAssistant(body, start, end) ? memberStart(body, start, 'content') : undefined
  if (content === undefined) return { isCut: false, blocks: [] }
  if (body[content] !== '[') return { isCut: body.startsWith('""', content), blocks: [] }
  const blocks = [...elementsOf(body, content)].map((place) => ({ ...place, isCut: isCutAt(body, place, isCut) }))
  return { isCut: blocks.every((block) => block.isCut), blocks }
}

function isOfAssistant(body: string, start: number, end: number): boolean {
  const role = memberStart(body, start, 'role')
  return role !== undefined && role < end && body.startsWith('"assistant"', role)
}

function isCutAt(body: string, { start, end }: Range, isCut: IsCut): boolean {
  const block = parseJson(body.slice(start, end))
  return isObject(block) && isCut(block)
}

function isThought(block: JsonObject): boolean {
  return block['type'] === 'thinking' || block['type'] === 'redacted_thinking'
}

function isRefused(block: JsonObject): boolean {
  if (block['type'] === 'thinking') return !block['signature']
  return block['type'] === 'text' && block['text'] === ''
}
