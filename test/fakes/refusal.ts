/** A request the provider turns away as its client's fault, with what each envelope needs to say so. */

import type { JsonValue } from '../../src/ir/json.ts'

export class Refusal extends Error {
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly code: string | null

  constructor(message: string, about: { status?: number; type?: string; param?: string; code?: string } = {}) {
    super(message)
    this.status = about.status ?? 400
    this.type = about.type ?? 'invalid_request_error'
    this.param = about.param ?? null
    this.code = about.code ?? null
  }
}

/** A refusal in an envelope of its vendor's own. */
export class VendorRefusal extends Refusal {
  readonly body: string

  constructor(message: string, status: number, body: JsonValue) {
    super(message, { status })
    this.body = JSON.stringify(body)
  }
}

/** Looks the same to the caller, but the test ordered it: the request was right. */
export class OrderedFailure extends Refusal {}

export function anthropicRefusal(refusal: Refusal): string {
  const { type, message, code } = refusal
  return JSON.stringify({
    type: 'error',
    error: { type, message, ...(code !== null && { details: { error_code: code } }) },
    request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
  })
}

export function openaiRefusal(refusal: Refusal): string {
  const { message, type, param, code } = refusal
  return JSON.stringify({ error: { message, type, param, code } })
}

/** The literals that OpenAI's dialects share (providers.md 4.5, 4.6). */

export function missingParameter(param: string): Refusal {
  return new Refusal(`Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' })
}

export function tooLong(param: string, longest: number, length: number): Refusal {
  return new Refusal(
    `Invalid '${param}': string too long. Expected a string with maximum length ${longest}, but got a string with length ${length} instead.`,
    { param, code: 'string_above_max_length' },
  )
}

export function emptyString(param: string): Refusal {
  return new Refusal(
    `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
    { param, code: 'empty_string' },
  )
}

export function emptyArray(param: string): Refusal {
  return new Refusal(
    `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    { param, code: 'empty_array' },
  )
}

export function typeRefusal(param: string, expected: string, value: JsonValue | undefined): Refusal {
  const got = value === null || value === undefined ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  return new Refusal(`Invalid type for '${param}': expected ${expected}, but got ${got} instead.`, {
    param,
    code: 'invalid_type',
  })
}

/** Throws unless it is a name of a function, a tool or a schema. */
export function openaiName(value: JsonValue | undefined, param: string): void {
  if (typeof value !== 'string') throw missingParameter(param)
  if (!/^[a-zA-Z0-9_-]+$/.test(value)) {
    throw new Refusal(
      `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      { param, code: 'invalid_value' },
    )
  }
  if (value.length > 64) throw tooLong(param, 64, value.length)
}
