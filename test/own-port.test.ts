import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leave, ownPort } from './own-port.ts'

it('hands out each port once, below those that the system hands out itself', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, ownPort))
  expect(new Set(ports).size).toBe(100)
  for (const port of ports) expect(port >= 20_000 && port < 30_000).toBe(true)
})

/** What every other worker of a suite does now and then: it starts a program, and the next one as soon as that has ended. */
const startsPrograms = `
  const { spawn } = require('node:child_process')
  const start = () => spawn(process.execPath, ['--version'], { stdio: 'ignore' }).once('exit', start)
  start()
  require('node:worker_threads').parentPort.postMessage('started')
`

describe('a port that a server has left', () => {
  let other: Worker
  beforeAll(async () => {
    other = new Worker(startsPrograms, { eval: true })
    await once(other, 'message')
  })
  afterAll(() => other.terminate())

  it('refuses a connection, and can be listened at again, whatever programs others start meanwhile', async () => {
    const port = await ownPort()
    for (let time = 0; time < 1000; time += 1) {
      const server = createServer().listen(port, '127.0.0.1')
      await once(server, 'listening')
      await leave(server)
    }
  })

  it('is left with the connections that a server of HTTP has', async () => {
    const server = createHttpServer().listen(await ownPort(), '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await once(server, 'connection')
    const ended = once(socket, 'close')
    await leave(server)
    await ended
  })
})
