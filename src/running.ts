/** A running Trooper, as whoever started it sees it. Apart from the rest, so that its types need no other package's. */
export interface Trooper {
  /** Base URL for clients. */
  readonly url: string
  /** Finishes what is in flight, for at most `graceMs` (default 10 s), then closes every connection. */
  stop(graceMs?: number): Promise<void>
}
