import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { ownPort } from './own-port.ts'

it('hands out each port once, below those that the system hands out itself', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, ownPort))
  expect(new Set(ports).size).toBe(100)
  for (const port of ports) expect(port >= 20_000 && port < 30_000).toBe(true)
})

it('can be listened at, left and listened at again', async () => {
  const port = await ownPort()
  for (let time = 0; time < 2; time += 1) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  }
})
