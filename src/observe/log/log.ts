/**
 * What Trooper says of itself.
 * No key, prompt or answer ever comes here: callers pass names, counts and statuses only.
 */

type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  info(text: string, fields?: LogFields): void
  warn(text: string, fields?: LogFields): void
  error(text: string, fields?: LogFields): void
}

/** Of whoever has nobody to tell. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
