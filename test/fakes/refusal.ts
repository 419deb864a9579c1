/** A request the provider turns away as its client's fault, with what each envelope needs to say so. */

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

/** Looks the same to the caller, but the test ordered it: the request was right. */
export class OrderedFailure extends Refusal {}

export function anthropicRefusal(refusal: Refusal): string {
  return JSON.stringify({
    type: 'error',
    error: { type: refusal.type, message: refusal.message },
    request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
  })
}

export function openaiRefusal(refusal: Refusal): string {
  const { message, type, param, code } = refusal
  return JSON.stringify({ error: { message, type, param, code } })
}
