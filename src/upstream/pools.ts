/** Connections to targets, by their origins. */
import { buildConnector, type Dispatcher } from 'undici'
import { Connections } from './connections.ts'

export interface Pools {
  at(origin: string): Dispatcher
  /** Breaks every connection; what is in flight fails. */
  destroy(): Promise<void>
}

/** undici's own clock of a connection only frees the socket: the attempt has given up before (watch.ts). */
const graceMs = 1000

/** As much as Trooper takes of its clients (server/listen.ts): Node's own 16 KiB are few for the policies and cookies of an edge server. */
const maxHeaderBytes = 64 * 1024

/** Origins of processes of Trooper's own: where each listens now, as another one may take its place. */
export type OwnPorts = ReadonlyMap<string, () => Promise<number>>

/**
 * undici's own head and body timers are off: they end every call at 300 s, and each attempt has clocks of its own
 * (style-anchors.md 8).
 */
export function createPools(connectTimeoutMs: number, ports: OwnPorts = new Map()): Pools {
  const pools = new Map<string, Connections>()
  const open = (origin: string): Connections =>
    new Connections(origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 20_000,
      maxHeaderSize: maxHeaderBytes,
      connect: tellingOfSockets(connectorTo(ports.get(origin), connectTimeoutMs + graceMs)),
    })
  return {
    at: (origin) => {
      const known = pools.get(origin)
      if (known) return known
      const opened = open(origin)
      pools.set(origin, opened)
      return opened
    },
    destroy: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

/**
 * An error of undici's says how much was read from its connection; Node's own, which it passes on where a connection is reset, does not. By
 * that a kept connection is known that its target closed while it lay idle (transport-error.ts).
 */
function tellingOfSockets(connect: buildConnector.connector): buildConnector.connector {
  return (place, callback) =>
    connect(place, (error, socket) => {
      if (error) return callback(error, null)
      socket.on('error', (broken) => {
        if (!('socket' in broken)) Object.assign(broken, { socket: { bytesRead: socket.bytesRead } })
      })
      callback(null, socket)
    })
}

/** An own process is found by asking for its port at each connection. */
function connectorTo(portOf: (() => Promise<number>) | undefined, timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout })
  if (!portOf) return connect
  return (place, callback) => {
    const go = async (): Promise<void> => {
      try {
        const port = String(await portOf())
        connect({ ...place, hostname: '127.0.0.1', host: '127.0.0.1', port }, callback)
      } catch (error) {
        callback(error instanceof Error ? error : new Error('It has no port.'), null)
      }
    }
    void go()
  }
}
