/** Connections to targets: one undici pool an origin. */
import { Pool } from 'undici'

export interface Pools {
  at(origin: string): Pool
  /** Breaks every connection; what is in flight fails. */
  destroy(): Promise<void>
}

/** undici's own clock of a connection only frees the socket: the attempt has given up before (watch.ts). */
const graceMs = 1000

/**
 * undici's own head and body timers are off: they end every call at 300 s, and each attempt has clocks of its own
 * (style-anchors.md 8). HTTP/1.1 only, one request a connection at a time: an answer may take minutes.
 */
export function createPools(connectTimeoutMs: number): Pools {
  const pools = new Map<string, Pool>()
  return {
    at: (origin) => {
      let pool = pools.get(origin)
      if (!pool) {
        pool = new Pool(origin, {
          headersTimeout: 0,
          bodyTimeout: 0,
          pipelining: 1,
          allowH2: false,
          keepAliveTimeout: 20_000,
          connect: { timeout: connectTimeoutMs + graceMs },
        })
        pools.set(origin, pool)
      }
      return pool
    },
    destroy: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}
