/** Durations in words: exact ones of exchanges, rough ones of rests, and the countdown to a hand-back. */

const [secondMs, minuteMs, hourMs, dayMs] = [1000, 60_000, 3_600_000, 86_400_000]

/** Of something that was measured: `85 ms`, `1.24 s`, `12.4 s`, `2 min 05 s`, `1 h 02 min`. */
export function measured(ms: number): string {
  // Each limit is where rounding would reach the next unit.
  if (ms < secondMs - 0.5) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10 * secondMs - 5) return `${(ms / secondMs).toFixed(2)} s`
  if (ms < minuteMs - 50) return `${(ms / secondMs).toFixed(1)} s`
  if (ms < minuteMs) return '1 min 00 s'
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min ${two((ms % minuteMs) / secondMs)} s`
  return `${Math.floor(ms / hourMs)} h ${two((ms % hourMs) / minuteMs)} min`
}

/** A clock that runs backwards: `0:09`, `4:12:09`, `6 d 04:12:09`. A second that has begun is shown, so that it ends at nought. */
export function countdown(ms: number): string {
  const rest = Math.ceil(Math.max(0, ms) / secondMs) * secondMs
  const [hours, minutes, seconds] = [(rest % dayMs) / hourMs, (rest % hourMs) / minuteMs, (rest % minuteMs) / secondMs]
  const tail = `${two(minutes)}:${two(seconds)}`
  if (rest >= dayMs) return `${Math.floor(rest / dayMs)} d ${two(hours)}:${tail}`
  return rest >= hourMs ? `${Math.floor(hours)}:${tail}` : `${Math.floor(minutes)}:${two(seconds)}`
}

/** As one would say it: `a moment`, `40 s`, `12 min`, `4 h 12 min`, `3 d 4 h`. */
export function roughly(ms: number): string {
  if (ms < secondMs) return 'a moment'
  if (ms < 2 * minuteMs) return `${Math.round(ms / secondMs)} s`
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`
  if (ms < dayMs) return pair(ms, hourMs, 'h', minuteMs, 'min')
  return pair(ms, dayMs, 'd', hourMs, 'h')
}

function pair(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs)
  return `${Math.floor(ms / bigMs)} ${big}${rest > 0 ? ` ${rest} ${small}` : ''}`
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}
