import { describe, expect, it } from 'vitest'
import { readUsage } from './usage-headers.ts'

const nowMs = Date.UTC(2026, 2, 15, 12, 0, 0)
const inHours = (hours: number) => String(nowMs / 1000 + hours * 3600)
const hoursAhead = (hours: number) => nowMs + hours * 3_600_000

describe('readUsage', () => {
  it('reads the windows of a Claude subscription', () => {
    const headers = {
      'anthropic-ratelimit-unified-status': 'allowed_warning',
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'anthropic-ratelimit-unified-5h-utilization': '0.93',
      'anthropic-ratelimit-unified-5h-reset': inHours(2),
      'anthropic-ratelimit-unified-7d-utilization': '0.4',
      'anthropic-ratelimit-unified-7d-reset': inHours(90),
      'anthropic-ratelimit-unified-7d_sonnet-utilization': '0.99',
      'anthropic-ratelimit-unified-7d_sonnet-reset': inHours(90),
    }
    expect(readUsage(Object.entries(headers).flat(), nowMs)).toEqual([
      { window: '5h', used: 0.93, resetsAtMs: hoursAhead(2), modelOnly: false },
      { window: '7d', used: 0.4, resetsAtMs: hoursAhead(90), modelOnly: false },
    ])
    const claimed = { ...headers, 'anthropic-ratelimit-unified-representative-claim': 'seven_day_sonnet' }
    expect(readUsage(Object.entries(claimed).flat(), nowMs)).toContainEqual({
      window: '7d_sonnet',
      used: 0.99,
      resetsAtMs: hoursAhead(90),
      modelOnly: true,
    })
  })

  it('reads the windows of a ChatGPT plan', () => {
    const headers = {
      'x-codex-primary-used-percent': '96.5',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': inHours(3),
      'x-codex-secondary-used-percent': '12',
      'x-codex-secondary-reset-at': inHours(100),
    }
    expect(readUsage(Object.entries(headers).flat(), nowMs)).toEqual([
      { window: 'primary', used: 0.965, resetsAtMs: hoursAhead(3), modelOnly: false },
      { window: 'secondary', used: 0.12, resetsAtMs: hoursAhead(100), modelOnly: false },
    ])
  })

  it('reads what is left of a day, and leaves out what is back within minutes', () => {
    const headers = {
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '20',
      'x-ratelimit-reset-requests': '2h0m0s',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-remaining-tokens': '10',
      'x-ratelimit-reset-tokens': '7.66s',
    }
    expect(readUsage(Object.entries(headers).flat(), nowMs)).toEqual([
      { window: 'requests', used: 0.98, resetsAtMs: hoursAhead(2), modelOnly: true },
    ])
  })

  it.each([
    {},
    { 'anthropic-ratelimit-unified-status': 'allowed', 'anthropic-ratelimit-unified-5h-utilization': '0.9' },
    {
      'anthropic-ratelimit-unified-status': 'allowed',
      'anthropic-ratelimit-unified-5h-utilization': 'x',
      'anthropic-ratelimit-unified-5h-reset': inHours(1),
    },
    { 'x-codex-primary-used-percent': '99', 'x-codex-primary-reset-at': inHours(-1) },
    {
      'x-ratelimit-limit-requests': '0',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1h0m0s',
    },
  ])('says nothing where a window has no share or no end: %j', (headers) => {
    expect(readUsage(Object.entries(headers).flat(), nowMs)).toEqual([])
  })
})
