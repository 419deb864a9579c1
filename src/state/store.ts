/** Small things that outlive a request: bounded in size and age, gone when they are old. */

export interface Store {
  get(key: string): Promise<string | undefined>
  put(key: string, value: string | Buffer): Promise<void>
  delete(key: string): Promise<void>
  /** Every key, the oldest first. */
  keys(): Promise<string[]>
}

export interface Bounds {
  /** Of all values together; the oldest go first. */
  maxBytes: number
  /** Older ones are gone, milliseconds. */
  maxAgeMs: number
}

/** Keys are names of files too. */
export function isKey(text: string): boolean {
  return /^[a-zA-Z0-9_-]{1,128}$/.test(text)
}
