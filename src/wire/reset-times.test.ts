import { describe, expect, it } from 'vitest'
import {
  anthropicLimits,
  openAiLimits,
  parseCodexReset,
  parseExhaustedReset,
  parseInstant,
  parseRetryAfter,
  parseStatedReset,
  parseUnifiedRejection,
  parseWait,
  parseWaitMs,
} from './reset-times.ts'

const nowMs = Date.UTC(2026, 2, 15, 12, 0, 0)

describe('parseWaitMs', () => {
  it.each([
    ['1s', 1000],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['8ms', 8],
    ['7.66s', 7660],
    ['2m59.56s', 179_560],
    ['1m47.5854s', 107_585.4],
    ['9m38.016s', 578_016],
    ['1.984999999s', 1984.999999],
    ['34.074824224s', 34_074.824224],
    ['65205s', 65_205_000],
    ['4h28m20s', 16_100_000],
    ['900ms', 900],
    ['22', 22_000],
    ['0.5', 500],
    ['7999', 7_999_000],
  ])('reads %s', (text, expected) => {
    expect(parseWaitMs(text)).toBeCloseTo(expected, 3)
  })

  it.each(['', 'soon', '-1', '-5s', '1e3', '5 apples', 's', '1m-2s', 'NaN', '1.2.3s'])(
    'reads nothing from %j',
    (text) => {
      expect(parseWaitMs(text)).toBeUndefined()
    },
  )
})

describe('parseWait', () => {
  it('counts from now and has no upper bound', () => {
    expect(parseWait('86400', nowMs)).toBe(nowMs + 86_400_000)
    expect(parseWait('2592000s', nowMs)).toBe(nowMs + 30 * 86_400_000)
  })

  it.each(['0', '0s', '99999999999999999999'])('gives no instant for %s', (text) => {
    expect(parseWait(text, nowMs)).toBeUndefined()
  })

  it('gives no instant where the clock is unknown', () => {
    expect(parseWait('20s', 0)).toBeUndefined()
  })
})

describe('parseInstant', () => {
  const aheadMs = nowMs + 3_600_000
  it.each([
    ['RFC 3339', new Date(aheadMs).toISOString()],
    ['RFC 3339 without fraction', '2026-03-15T13:00:00Z'],
    ['RFC 3339 with an offset', '2026-03-15T14:00:00+01:00'],
    ['epoch seconds', aheadMs / 1000],
    ['epoch seconds as text', String(aheadMs / 1000)],
    ['epoch milliseconds', aheadMs],
    ['epoch milliseconds as text', String(aheadMs)],
  ])('reads %s', (_form, value) => {
    expect(parseInstant(value, nowMs)).toBe(aheadMs)
  })

  it.each(['', '…', 'tomorrow', '-1', '0', '1767795039', '2025-01-12T23:11:59Z', '2026-99-99T00:00:00Z', nowMs])(
    'ignores %j, which is past or no instant',
    (value) => {
      expect(parseInstant(value, nowMs)).toBeUndefined()
    },
  )
})

describe('parseRetryAfter', () => {
  it.each([
    [{ 'retry-after': '60' }, 60_000],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': ' 7999 ' }, 7_999_000],
    [{ 'retry-after': ['20', '30'] }, 20_000],
    [{ 'retry-after': 'Sun, 15 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after-ms': '174', 'retry-after': '1' }, 174],
    [{ 'retry-after-ms': '0', 'retry-after': '2' }, 2000],
    [{ 'retry-after-ms': 'x', 'retry-after': '2' }, 2000],
  ])('reads %j', (headers, waitMs) => {
    expect(parseRetryAfter(headers, nowMs)).toBe(nowMs + waitMs)
  })

  it.each([
    {},
    { 'retry-after': '0' },
    { 'retry-after': '-3' },
    { 'retry-after': 'later' },
    { 'retry-after': 'Sun, 15 Mar 2026 11:59:59 GMT' },
    { 'retry-after': 'Someday, perhaps GMT' },
    { 'retry-after': '' },
  ])('ignores %j', (headers) => {
    expect(parseRetryAfter(headers, nowMs)).toBeUndefined()
  })
})

describe('parseStatedReset', () => {
  it.each([
    ['… on tokens per min (TPM): Limit 30000. Please try again in 174ms. Visit https://…', 174],
    ['Rate limit reached for o4-mini … Please try again in 1.574s. …', 1574],
    ['Limit 3, Used 3, Requested 1. Please try again in 20s.', 20_000],
    ['Please try again in 6m0s', 360_000],
    ['Please try again in 9m38.016s. Need more tokens?', 578_016],
    ['… pricing tier. Please retry after 22 seconds. Please go here: https://aka.ms/…', 22_000],
    ['Please retry after 86400 seconds.', 86_400_000],
    ['Please retry after 1 second.', 1000],
    ['Please retry in 26.3s.', 26_300],
    ['You have exhausted your capacity on this model. Your quota will reset after 5h59m59s.', 21_599_000],
    ['You will regain access on 2026-04-01 at 00:00 UTC.', Date.UTC(2026, 3, 1) - nowMs],
    ['spend limit reached (daily; resets 2026-03-16 00:00 UTC)', 43_200_000],
  ])('reads %j', (message, waitMs) => {
    expect(parseStatedReset(message, nowMs)).toBe(nowMs + waitMs)
  })

  it.each([
    '',
    'Please try again later.',
    'Please try again in a few moments',
    'Please try again in 5 minutes of silence',
    'Please try again in 0s',
    'You will regain access on 2026-03-01 at 00:00 UTC.',
    'You will regain access on 2026-13-41 at 00:00 UTC.',
    'You will regain access soon.',
  ])('states no reset in %j', (message) => {
    expect(parseStatedReset(message, nowMs)).toBeUndefined()
  })
})

describe('parseExhaustedReset', () => {
  it('takes the latest reset among the dimensions with nothing left', () => {
    const headers = {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-03-15T12:00:20Z',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-03-15T12:00:40Z',
      'anthropic-ratelimit-output-tokens-remaining': '8000',
      'anthropic-ratelimit-output-tokens-reset': '2026-03-15T12:00:59Z',
    }
    expect(parseExhaustedReset(headers, anthropicLimits, nowMs)).toBe(nowMs + 40_000)
  })

  it.each(['priority-input-tokens', 'fast-output-tokens'])('reads the limits of other tiers: %s', (name) => {
    const headers = { [`anthropic-${name}-remaining`]: '0', [`anthropic-${name}-reset`]: '2026-03-15T12:00:40Z' }
    expect(parseExhaustedReset(headers, anthropicLimits, nowMs)).toBe(nowMs + 40_000)
  })

  it.each([
    ['2m59.56s', 179_560],
    ['22', 22_000],
  ])('reads the reset %s of OpenAI, Groq and Azure', (reset, waitMs) => {
    const headers = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': reset }
    expect(parseExhaustedReset(headers, openAiLimits, nowMs)).toBe(nowMs + waitMs)
  })

  it.each([
    {},
    { 'x-ratelimit-remaining-tokens': '17997', 'x-ratelimit-reset-tokens': '7.66s' },
    { 'x-ratelimit-remaining-tokens': '-1', 'x-ratelimit-reset-tokens': '0' },
    { 'x-ratelimit-remaining-tokens': '0' },
  ])('says nothing for %j', (headers) => {
    expect(parseExhaustedReset(headers, openAiLimits, nowMs)).toBeUndefined()
  })
})

describe('parseCodexReset', () => {
  const atSeconds = nowMs / 1000
  it('takes the latest reset among the windows that are used up', () => {
    const headers = {
      'x-codex-primary-used-percent': '100',
      'x-codex-primary-reset-at': String(atSeconds + 3600),
      'x-codex-secondary-used-percent': '80',
      'x-codex-secondary-reset-at': String(atSeconds + 7200),
    }
    expect(parseCodexReset(headers, nowMs)).toBe(nowMs + 3_600_000)
  })

  it('says nothing while no window is used up', () => {
    const headers = { 'x-codex-primary-used-percent': '99', 'x-codex-primary-reset-at': String(atSeconds + 3600) }
    expect(parseCodexReset(headers, nowMs)).toBeUndefined()
  })
})

const unified = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, value]))
const inHours = (hours: number) => String(nowMs / 1000 + hours * 3600)
const hoursAhead = (hours: number) => nowMs + hours * 3_600_000

describe('parseUnifiedRejection', () => {
  it('reads the reset of a drained five-hour window', () => {
    const headers = unified({
      status: 'rejected',
      reset: inHours(2),
      'representative-claim': 'five_hour',
      '5h-status': 'rejected',
      '5h-utilization': '1.08',
      '5h-reset': inHours(2),
      '7d-status': 'allowed',
      '7d-reset': inHours(90),
      'fallback-percentage': '0.5',
      'overage-status': 'rejected',
      'overage-reset': inHours(700),
    })
    expect(parseUnifiedRejection(headers, nowMs)).toEqual({
      modelOnly: false,
      resetsAtMs: hoursAhead(2),
      window: '5h',
      isUpperBound: true,
    })
  })

  it('takes the latest of several rejected windows', () => {
    const headers = unified({
      status: 'rejected',
      reset: inHours(2),
      '5h-status': 'rejected',
      '5h-reset': inHours(2),
      '7d-status': 'rejected',
      '7d-reset': inHours(50),
    })
    expect(parseUnifiedRejection(headers, nowMs)).toEqual({
      modelOnly: false,
      resetsAtMs: hoursAhead(50),
      window: '7d',
    })
  })

  it('blames only the model when only its own window is rejected', () => {
    const headers = unified({
      status: 'rejected',
      'representative-claim': 'seven_day_overage_included',
      '7d-status': 'allowed',
      '7d-utilization': '0.69',
      '7d_oi-status': 'rejected',
      '7d_oi-utilization': '1.02',
      '7d_oi-reset': inHours(33.7),
    })
    expect(parseUnifiedRejection(headers, nowMs)).toEqual({
      modelOnly: true,
      resetsAtMs: hoursAhead(33.7),
      window: '7d',
    })
  })

  it('does not keep the account waiting for the window of one model', () => {
    const headers = unified({
      status: 'rejected',
      '5h-status': 'rejected',
      '5h-reset': inHours(1),
      '7d_sonnet-status': 'rejected',
      '7d_sonnet-reset': inHours(99),
    })
    expect(parseUnifiedRejection(headers, nowMs)).toEqual({ modelOnly: false, resetsAtMs: hoursAhead(1), window: '5h' })
  })

  it.each([
    ['five_hour', false, '5h'],
    ['seven_day', false, '7d'],
    ['seven_day_opus', true, '7d'],
    ['seven_day_overage_included', true, '7d'],
  ])('asks the claim %s whom it concerns where no window is named', (claim, modelOnly, window) => {
    const headers = unified({ status: 'rejected', reset: inHours(3), 'representative-claim': claim })
    expect(parseUnifiedRejection(headers, nowMs)).toEqual({ modelOnly, resetsAtMs: hoursAhead(3), window })
  })

  it('knows no reset when the overage credit is gone', () => {
    expect(parseUnifiedRejection(unified({ 'overage-disabled-reason': 'out_of_credits' }), nowMs)).toEqual({
      modelOnly: false,
    })
  })

  it.each([
    {},
    unified({ status: 'allowed', '5h-status': 'allowed' }),
    unified({ status: 'allowed_warning', 'overage-disabled-reason': 'out_of_credits' }),
    unified({ 'overage-disabled-reason': 'org_level_disabled' }),
  ])('sees no rejection in %j', (headers) => {
    expect(parseUnifiedRejection(headers, nowMs)).toBeUndefined()
  })
})
