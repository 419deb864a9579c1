/**
 * Who answered, and what it used, out of an answer that is relayed unparsed. In JSON every quote within a text is escaped, so that
 * none can look like a key; of the keys of the same name the outermost is written last (`usage`) or first (`model`) by all providers.
 */
import { isObject, parseJson, type JsonObject } from '../ir/json.ts'
import { OwnText } from './own-text.ts'
import { topLevelString } from './top-level.ts'

/** Providers write `model` before the content. */
const headBytes = 2048
/** No provider's counts are longer. */
const longestUsage = 4096

const nestedModel = /"model"\s*:\s*"([^"\\]{1,256})"/

/** The model of a JSON answer; its bytes as latin1. Reads no further than its head (~0.1 µs). */
export function modelOfWhole(text: string): string | undefined {
  return ownName(topLevelString(text.slice(0, headBytes), 'model'))
}

/** The model that the first frames of a stream name (~0.5 µs). */
export function modelOfFrames(frames: string): string | undefined {
  return ownName(nestedModel.exec(frames.slice(0, headBytes))?.[1])
}

const names = new OwnText()

function ownName(model: string | undefined): string | undefined {
  return model === undefined ? undefined : names.of(model)
}

/** The last `usage` object of a text (~0.5 µs). */
export function usageIn(text: string): JsonObject | undefined {
  for (let at = text.lastIndexOf(usageKey); at !== -1; at = at === 0 ? -1 : text.lastIndexOf(usageKey, at - 1)) {
    const from = valueAfter(text, at + usageKey.length)
    const found = text.charCodeAt(from) === openingBrace ? objectAt(text, from) : undefined
    if (found) return found
  }
  return undefined
}

const usageKey = '"usage"'
const openingBrace = 0x7b
const closingBrace = 0x7d
const colon = 0x3a
const space = 0x20

/** Behind the colon, and the blanks around it. */
function valueAfter(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= space) at += 1
  if (text.charCodeAt(at) !== colon) return -1
  at += 1
  while (text.charCodeAt(at) <= space) at += 1
  return at
}

function objectAt(text: string, from: number): JsonObject | undefined {
  let depth = 0
  const limit = Math.min(text.length, from + longestUsage)
  for (let at = from; at < limit; at += 1) {
    const character = text.charCodeAt(at)
    if (character === openingBrace) depth += 1
    else if (character === closingBrace && (depth -= 1) === 0) {
      const found = parseJson(text.slice(from, at + 1))
      return isObject(found) ? found : undefined
    }
  }
  return undefined
}
