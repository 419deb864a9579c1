/** Graceful stop: what is under way may finish, what is idle goes at once. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'

/** How often a stopping server looks for connections that have become idle. */
const sweepMs = 50

export interface Stoppable {
  /** Resolves when the last connection is closed; after `graceMs` the remaining ones are broken. */
  stop(graceMs: number): Promise<void>
}

/**
 * Connections that never carried a request count as busy for `closeIdleConnections`: browsers and undici open some in advance,
 * and a stop would wait for them. So they are remembered until their first request (~20 ns a request).
 */
export function makeStoppable(server: Server, clock: Clock): Stoppable {
  const unused = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', (request) => unused.delete(request.socket))

  const sweep = (): void => {
    server.closeIdleConnections()
    for (const socket of unused) socket.destroy()
  }

  return {
    stop: async (graceMs) => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      sweep()
      const timer = setInterval(sweep, sweepMs)
      const cancel = clock.after(graceMs, () => server.closeAllConnections())
      await closed
      clearInterval(timer)
      cancel()
    },
  }
}
