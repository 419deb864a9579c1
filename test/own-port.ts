/**
 * Ports to which a test comes back, or at which nobody is to be found. What `listen(0)` gave belongs to anybody again once it is let go:
 * the system hands it to the next listener or connection on the machine, another worker's of this suite for one. These lie below the
 * range from which it hands out.
 */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Server as HttpServer } from 'node:http'
import { connect, type Server } from 'node:net'
import { setImmediate as aTurn } from 'node:timers/promises'

const first = 20_000
const count = 10_000

/** No other caller of this function gets it while this process runs, of whatever copy of the suite; nor does any program listen there yet. */
export async function ownPort(): Promise<number> {
  for (;;) {
    const port = first + randomInt(count)
    if ((await isReserved(port)) && (await isFree(port))) return port
  }
}

/** By its namesake of UDP, which nobody here has a use for: it can be bound once on the machine, and is let go with the process. */
async function isReserved(port: number): Promise<boolean> {
  const sign = createSocket('udp4')
  sign.bind({ port, address: '127.0.0.1', exclusive: true })
  try {
    await once(sign, 'listening')
    sign.unref()
    return true
  } catch {
    sign.close()
    return false
  }
}

/** At either address of this machine by which its programs call each other. Found by asking: to listen there for a moment would have to be left again (`leave`). */
async function isFree(port: number): Promise<boolean> {
  return !(await answers(port, '127.0.0.1')) && !(await answers(port, '::1'))
}

/**
 * Ends a server, and waits until nobody listens at its port. A program that another worker of this suite starts at that moment has the
 * listener too, from its fork until its exec: until then the port can neither be listened at again, nor does it refuse a connection.
 */
export async function leave(server: Server): Promise<void> {
  const address = server.address()
  if (typeof address !== 'object' || address === null) return
  const closed = once(server, 'close')
  server.close()
  if (server instanceof HttpServer) server.closeAllConnections()
  await closed
  while (await answers(address.port, address.address)) await aTurn()
}

async function answers(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
