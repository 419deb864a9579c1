/** Moments on the clock of whoever looks at the page. */

const dayMs = 86_400_000

/** `18:24:03`. */
export function timeOfDay(atMs: number): string {
  return format(atMs, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

/** `18:30`. */
export function hourOf(atMs: number): string {
  return format(atMs, { hour: '2-digit', minute: '2-digit' })
}

/** With as much of the day as it needs: `18:30`, `tomorrow 06:00`, `Thu 18:30`, `1 May 18:30`. */
export function moment(atMs: number, nowMs: number): string {
  const days = Math.round((midnight(atMs) - midnight(nowMs)) / dayMs)
  if (days === 0) return hourOf(atMs)
  if (days === 1) return `tomorrow ${hourOf(atMs)}`
  if (days === -1) return `yesterday ${hourOf(atMs)}`
  const day = format(atMs, days > 0 && days < 7 ? { weekday: 'short' } : { day: 'numeric', month: 'short' })
  return `${day} ${hourOf(atMs)}`
}

/** The same behind what happens then: `at 18:30`, `tomorrow 06:00`. */
export function atMoment(atMs: number, nowMs: number): string {
  const words = moment(atMs, nowMs)
  return words === hourOf(atMs) ? `at ${words}` : words
}

/** A day of the totals (`2026-04-21`): `today`, `yesterday`, `Sun 19 April`. */
export function dayName(day: string, today: string): string {
  const days = Math.round((Date.parse(today) - Date.parse(day)) / dayMs)
  if (days === 0) return 'today'
  if (days === 1) return 'yesterday'
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', timeZone: 'UTC' })
    .format(Date.parse(day))
    .replace(',', '')
}

function midnight(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0)
}

function format(atMs: number, fields: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...fields, hour12: false }).format(atMs)
}
