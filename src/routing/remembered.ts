/** What outlives a restart, as text: digests of credentials, names, times and counts; no key, no prompt, no provider's sentence. */
import type { Limit, LimitWindow, Scope } from '../ir/failure.ts'
import { hands } from '../ir/hand.ts'
import { arrayOf, isObject, numberOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Override } from './override.ts'
import type { UsageEntry } from './usage.ts'

export interface Remembered {
  entries: LedgerEntry[]
  usage: UsageEntry[]
  override: Override
}

export const nothingRemembered: Remembered = { entries: [], usage: [], override: { mode: 'auto' } }

const version = 1

/** `textOf`: for those who have the text of an entry from before. */
export function writeRemembered({ entries, usage, override }: Remembered, textOf: TextOf = entryText): string {
  const members = Object.entries({ version, override }).map(([name, value]) => `"${name}": ${indented(value, 2)}`)
  const lists = Object.entries({ entries, usage }).map(([name, list]) => `"${name}": ${listText(list.map(textOf))}`)
  return `{\n  ${[...members, ...lists].join(',\n  ')}\n}\n`
}

type TextOf = (entry: LedgerEntry | UsageEntry) => string

/** As it stands in the file. */
export const entryText: TextOf = (entry) => indented('limit' in entry ? plain(entry) : entry, 4)

function listText(texts: readonly string[]): string {
  return texts.length === 0 ? '[]' : `[\n    ${texts.join(',\n    ')}\n  ]`
}

function indented(value: object | number, by: number): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(by)}`)
}

/** `undefined` for a text that is nothing of the kind, as a whole or in any part. */
export function readRemembered(text: string): Remembered | undefined {
  const file = parseJson(text)
  if (!isObject(file) || file['version'] !== version) return undefined
  const override = readOverride(file['override'])
  const entries = arrayOf(file['entries']).map(readEntry)
  const usage = arrayOf(file['usage']).map(readUsageEntry)
  const knownEntries = entries.filter((entry) => entry !== undefined)
  const knownUsage = usage.filter((entry) => entry !== undefined)
  if (!override || knownEntries.length < entries.length || knownUsage.length < usage.length) return undefined
  return { override, entries: knownEntries, usage: knownUsage }
}

/** A probe under way does not outlive its process, and what the provider said may name more than it should. */
function plain({ limit, state, ...entry }: LedgerEntry): JsonObject {
  const { message: _, ...facts } = limit
  return { ...entry, limit: { ...facts }, untilMs: state.untilMs }
}

/** As the file would give it back. */
export function settled(entry: LedgerEntry): LedgerEntry {
  return readEntry(plain(entry)) ?? entry
}

function readEntry(value: JsonValue): LedgerEntry | undefined {
  if (!isObject(value)) return undefined
  const customer = readCustomer(value)
  const limit = readLimit(value['limit'])
  const refusals = numberOf(value['refusals'])
  const untilMs = numberOf(value['untilMs'])
  if (!customer || !limit || refusals === undefined || untilMs === undefined) return undefined
  return { ...customer, limit, refusals, state: { is: 'resting', untilMs } }
}

function readCustomer(value: JsonObject) {
  const [target, place, account, model] = ['target', 'place', 'account', 'model'].map((key) => stringOf(value[key]))
  if (target === undefined || place === undefined || account === undefined) return undefined
  return { target, place, account, ...(model !== undefined && { model }) }
}

function readLimit(value: JsonValue | undefined): Limit | undefined {
  if (!isObject(value)) return undefined
  const scope = oneOf(scopes, value['scope'])
  const kind = oneOf(kinds, value['kind'])
  if (!scope || !kind) return undefined
  const resetsAtMs = numberOf(value['resetsAtMs'])
  const window = oneOf(windows, value['window'])
  const status = numberOf(value['status'])
  const code = stringOf(value['code'])
  const facts = {
    scope,
    ...(resetsAtMs !== undefined && { resetsAtMs }),
    ...(window && { window }),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
  }
  if (kind === 'rate-limited') return { kind, ...facts, message: 'The rate limit was reached.' }
  const what = value['what'] === 'credit' ? 'credit' : 'quota'
  const isUpperBound = value['isUpperBound'] === true ? { isUpperBound: true as const } : {}
  return { kind, what, ...facts, ...isUpperBound, message: `The ${what} is spent.` }
}

function readUsageEntry(value: JsonValue): UsageEntry | undefined {
  if (!isObject(value)) return undefined
  const customer = readCustomer(value)
  const window = stringOf(value['window'])
  const used = numberOf(value['used'])
  const resetsAtMs = numberOf(value['resetsAtMs'])
  if (!customer || window === undefined || used === undefined || resetsAtMs === undefined) return undefined
  return { ...customer, window, used, resetsAtMs }
}

export function settledOverride(override: Override): Override {
  return readOverride({ ...override }) ?? override
}

function readOverride(value: JsonValue | undefined): Override | undefined {
  if (!isObject(value)) return undefined
  const mode = oneOf(modes, value['mode'])
  if (mode === undefined || mode === 'auto') return mode && { mode }
  const untilMs = numberOf(value['untilMs'])
  const by = oneOf(hands, value['by'])
  return { mode, ...(untilMs !== undefined && { untilMs }), ...(by && { by }) }
}

const scopes: readonly Scope[] = ['account', 'model', 'request']
const kinds: readonly Limit['kind'][] = ['quota-spent', 'rate-limited']
const windows: readonly LimitWindow[] = ['minute', 'day', '5h', '7d', 'month']
const modes: readonly Override['mode'][] = ['auto', 'local', 'primary']

function oneOf<T extends string>(known: readonly T[], value: JsonValue | undefined): T | undefined {
  return known.find((word) => word === value)
}
