/** What a person may write as the value of a setting, and what becomes of it. */
import * as z from 'zod'
import { readPlace } from '../mcp-client/places.ts'

export const url = z.string().refine((text) => ['http:', 'https:'].includes(parseUrl(text)?.protocol ?? ''), {
  error: 'is no http(s) URL',
})

/** Or what stands for a model inside Trooper, which is read where targets are built. */
export const urlOrModel = z.string().refine((text) => text.startsWith('embedded:') || url.safeParse(text).success, {
  error: 'is no http(s) URL, nor a model (`embedded:<file>.gguf`)',
})

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+$/, { error: 'is no whole number' })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: `must be between ${min} and ${max}` })
}

export const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, { error: 'is no number of seconds' })
  .transform((text) => Number(text) * 1000)

/** None is off: who wants to wait for ever says a day. Longer than that no timer of Node's could be set, in the end. */
export const timeout = seconds
  .refine((ms) => ms > 0, { error: 'must be more than 0' })
  .refine((ms) => ms <= 86_400_000, { error: 'must be at most 86400, a day' })

function list(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** As a share of the whole. */
export const percent = z
  .string()
  .regex(/^\d+(\.\d+)?%?$/, { error: 'is no percentage' })
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((share) => share > 0 && share <= 1, { error: 'must be between 1 and 100' })

export const texts = z.string().transform(list)
export const someTexts = texts.refine((entries) => entries.length > 0, { error: 'names nothing' })
/** Headers that the HTTP library writes itself, or that mean something else. */
const taken = [
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
  'accept-encoding',
  'expect',
  'te',
  'upgrade',
]
/** What a header must be that a key is sent in. */
export const headerName = z
  .string()
  .refine((name) => !taken.includes(name.toLowerCase()), { error: 'is no header that can carry a key' })
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'is no header name' })
/** A key that fits into a header. */
export const secret = z
  .string()
  .regex(/^[\x21-\x7e]+$/, { error: 'has characters that no key has (a space, a quote, a line break?)' })
/** As browsers write it: no path, no slash at the end. */
export const origins = texts.transform((entries) => entries.map((entry) => entry.replace(/\/+$/, '').toLowerCase()))
/** Addresses that others may be beneath. */
export const places = texts
  .refine((entries) => entries.every((entry) => readPlace(entry) !== undefined), {
    error: 'has an entry that is no http(s) URL of a place (no password, no `?`, no `#`)',
  })
  .transform((entries) => entries.flatMap((entry) => readPlace(entry) ?? []))
/** With or without the brackets that an IPv6 address has in a URL. */
export const address = z
  .string()
  .transform((text) => text.replace(/^\[(.*)\]$/, '$1'))
  .refine((text) => text !== '', { error: 'is empty' })
export const statusCodes = texts
  .refine((entries) => entries.every((entry) => /^[45]\d\d$/.test(entry)), {
    error: 'must be status codes from 400 to 599',
  })
  .transform((entries) => entries.map(Number))
export const onOff = z
  .enum(['1', '0', 'true', 'false', 'on', 'off'], { error: 'must be on or off (or 1 or 0)' })
  .transform((word) => ['1', 'true', 'on'].includes(word))
/** `name=value,…`, each value as a URL would have it (OpenTelemetry's `OTEL_…`). */
export const pairs = texts
  .refine((entries) => entries.every((entry) => readPair(entry) !== undefined), {
    error: 'is no list of `name=value`, separated by commas',
  })
  .transform((entries) => Object.fromEntries(entries.flatMap((entry) => [readPair(entry) ?? []])))

function readPair(entry: string): [name: string, value: string] | undefined {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(entry) ?? []
  try {
    return name.trim() === '' ? undefined : [name.trim(), decodeURIComponent(value.trim())]
  } catch {
    return undefined
  }
}
