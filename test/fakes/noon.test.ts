import { expect, it } from 'vitest'
import { zoneAtNoon } from './noon.ts'

it.each(Array.from({ length: 24 }, (_, hour) => hour))(
  'there is a zone in which it is noon at %d:59 of Greenwich',
  (hour) => {
    const nowMs = Date.UTC(2026, 10, 29, hour, 59)
    const there = new Intl.DateTimeFormat('en-GB', { timeZone: zoneAtNoon(nowMs), hour: '2-digit', minute: '2-digit' })
    expect(there.format(nowMs)).toBe('12:59')
  },
)
