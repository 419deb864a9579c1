import { describe, expect, it } from 'vitest'
import { failures } from '../../test/fakes/failures.ts'
import { targetDialects } from '../dialects/registry.ts'
import { parseJson } from '../ir/json.ts'
import type { AppDialect } from './read-answer.ts'
import { endOfLimitMs, refusalIn, type RefusalName } from './refusals.ts'

const nowMs = Date.UTC(2026, 10, 22, 10, 0, 0, 400)
const lastsMs = 900_000
const dialects: AppDialect[] = ['anthropic', 'openai-chat', 'openai-responses']

function failureOf(dialect: AppDialect, name: RefusalName) {
  const { status, headers, body } = refusalIn(dialect, name, nowMs, lastsMs)
  return targetDialects[dialect].decodeFailure({ status, headers, body: parseJson(body), text: body, nowMs })
}

describe.each(dialects)('what the simulated provider says in %s', (dialect) => {
  it.each([
    ['credit', 'quota-spent'],
    ['five-hours', 'quota-spent'],
    ['rate-limit', 'rate-limited'],
    ['overloaded', 'overloaded'],
    ['server-error', 'server-error'],
    ['bad-key', 'bad-key'],
    ['bad-request', 'bad-request'],
  ] as const)('%s means %s', (name, kind) => {
    expect(failureOf(dialect, name)).toMatchObject({ kind })
  })

  it('states when a limit ends, and keeps to it', () => {
    const window = failureOf(dialect, 'five-hours')
    expect(window).toMatchObject({ resetsAtMs: endOfLimitMs(nowMs, lastsMs) })
    expect(failureOf(dialect, 'rate-limit')).toMatchObject({ resetsAtMs: nowMs + lastsMs })
  })
})

/** What holds no time is known literally, and must be the same text here as there. */
describe.each([
  ['anthropic', 'credit', 'anthropic-credit'],
  ['anthropic', 'overloaded', 'anthropic-overloaded'],
  ['anthropic', 'server-error', 'anthropic-api-error'],
  ['anthropic', 'bad-key', 'anthropic-bad-key'],
  ['anthropic', 'bad-request', 'anthropic-bad-request'],
  ['anthropic', 'five-hours', 'anthropic-subscription'],
  ['openai-chat', 'credit', 'openai-quota'],
  ['openai-chat', 'overloaded', 'openai-overloaded'],
] as const)('in %s, %s', (dialect, name, literal) => {
  it(`is the literal ${literal}`, () => {
    const { status, body } = refusalIn(dialect, name, nowMs, lastsMs)
    expect(status).toBe(failures[literal].status)
    expect(withoutId(body)).toEqual(withoutId(failures[literal].body))
  })
})

function withoutId(body: string): unknown {
  return { ...JSON.parse(body), request_id: undefined }
}
