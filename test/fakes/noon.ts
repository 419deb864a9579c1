/** Where it is about noon: whoever counts by days and by times of day has half a day to go, whenever the tests run. */

/**
 * A zone of the tz database for `TZ`, whose hours count backwards by their names: `Etc/GMT-5` is five hours ahead. Never more than twelve
 * from Greenwich, as far as these names go.
 */
export function zoneAtNoon(nowMs = Date.now()): string {
  const hoursAhead = 12 - new Date(nowMs).getUTCHours()
  return `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}`
}
