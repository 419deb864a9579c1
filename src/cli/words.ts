/** Times and counts as people read and write them. Pure; in the machine's time zone. */

/** `2 h 04 min`, `3 min 20 s`, `12 s`: two units at most. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60)]
  if (days > 0) return `${days} d ${hours % 24} h`
  if (hours > 0) return `${hours} h ${two(minutes % 60)} min`
  return minutes > 0 ? `${minutes} min ${two(seconds % 60)} s` : `${seconds} s`
}

/** `17:00`, on another day `Fri 17:00`, in a week or more `2026-12-01 17:00`. */
export function moment(ms: number, nowMs: number): string {
  const [at, now] = [new Date(ms), new Date(nowMs)]
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.toDateString() === now.toDateString()) return time
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return Math.abs(ms - nowMs) < 6 * 86_400_000 ? `${weekdays[at.getDay()]} ${time}` : `${day} ${time}`
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `2026-04-21 08:24:10` */
export function stamp(ms: number): string {
  const at = new Date(ms)
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day} ${[two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join(':')}`
}

/** `until 17:00 (2 h 04 min)` */
export function until(ms: number, nowMs: number): string {
  return `until ${moment(ms, nowMs)} (${span(ms - nowMs)})`
}

/** The same where nobody said that something is over then: `next try 17:00 (2 h 04 min)`. */
export function nextTry(ms: number, nowMs: number): string {
  return `next try ${moment(ms, nowMs)} (${span(ms - nowMs)})`
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `90s`, `30m`, `1h30m`, `2d`; `undefined` for anything else, a bare number too: nobody knows its unit. */
export function parseSpan(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d{1,6})\s*(s|min|m|h|d)\s*/gy)]
  if (parts.length === 0 || parts.map(([part]) => part).join('').length !== text.length) return undefined
  return parts.reduce((sum, [, number = '', unit = '']) => sum + Number(number) * (unitMs[unit.charAt(0)] ?? 0), 0)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
