/** Whether a connection to an origin can be made; nothing is sent over it. */
import { connect } from 'node:net'

/** A name look-up and one round trip; the next check is not far. */
const patienceMs = 3000

export function canReach(origin: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(origin)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), timeout: patienceMs })
    const end = (isReached: boolean) => (): void => {
      socket.destroy()
      resolve(isReached)
    }
    socket.on('connect', end(true))
    socket.on('timeout', end(false))
    socket.on('error', end(false))
  })
}
