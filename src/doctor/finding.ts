/** What an examination found of one thing, in a line for people. */

/** `doubtful` works as far as it could be seen, `bad` does not. */
export type Mark = 'good' | 'doubtful' | 'bad'

export interface Finding {
  mark: Mark
  /** What was looked at: a setting, a target, a part of Trooper. */
  subject: string
  says: string
  /** What to do about it. */
  remedy?: string
}

export function good(subject: string, says: string): Finding {
  return { mark: 'good', subject, says }
}

export function doubtful(subject: string, says: string, remedy?: string): Finding {
  return { mark: 'doubtful', subject, says, ...(remedy !== undefined && { remedy }) }
}

export function bad(subject: string, says: string, remedy: string): Finding {
  return { mark: 'bad', subject, says, remedy }
}
