/**
 * Ports to which a test comes back, or at which nobody is to be found. What `listen(0)` gave belongs to anybody again once it is let go:
 * the system hands it to the next listener or connection on the machine, another worker's of this suite for one. These lie below the
 * range from which it hands out.
 */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

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

/** At every address of the machine. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  server.listen({ port, exclusive: true })
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
