/** Clients that leave, in one process with Trooper, so that its event loop can be watched. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTrooper, type Trooper } from '../../src/index.ts'
import { scratchFolder } from '../fakes/output.ts'
import { dialects } from './trooper.ts'

/** A provider that answers slowly and never ends, or refuses so that the local model has to. */
let provider: Server
let ollama: Server
let trooper: Trooper
let mode: 'silent' | 'endless' | 'spent' | 'flood' = 'silent'
/** Bytes of an answer that a provider in a hurry got rid of. */
let flooded = 0

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

function drip(response: ServerResponse, head: string, piece: string): void {
  response.write(head)
  const timer = setInterval(() => response.write(piece), 1)
  response.on('close', () => clearInterval(timer))
}

/** Writes as fast as its reader takes it. */
function flood(response: ServerResponse): void {
  const piece = `event: content_block_delta\ndata: {"type":"content_block_delta","text":"${'x'.repeat(60_000)}"}\n\n`
  const more = (): void => {
    do flooded += piece.length
    while (response.write(piece))
  }
  response.on('drain', more)
  more()
}

beforeAll(async () => {
  provider = createServer((request, response) => {
    request.resume()
    if (mode === 'spent') {
      response.writeHead(529, { 'content-type': 'application/json' })
      response.end('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}')
    } else if (mode === 'flood') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      flood(response)
    } else if (mode === 'endless') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      drip(
        response,
        'event: message_start\ndata: {"type":"message_start"}\n\n',
        'event: content_block_delta\ndata: {"type":"content_block_delta"}\n\n',
      )
    }
  })
  ollama = createServer((request, response) => {
    request.resume()
    if (request.url !== '/api/chat') return void response.end('{}')
    drip(response, '', '{"model":"m","message":{"role":"assistant","content":"x"},"done":false}\n')
  })
  trooper = await createTrooper({
    PRIMARY_URL: `${await listening(provider)}/v1/messages`,
    FALLBACK_URL: `${await listening(ollama)}/api/chat`,
    TROOPER_PORT: '0',
    TROOPER_DATA_DIR: scratchFolder('data'),
  })
})

afterAll(async () => {
  await trooper.stop(0)
  for (const server of [provider, ollama]) {
    server.close()
    server.closeAllConnections()
  }
})

const body = JSON.stringify(dialects.anthropic.body('hi', true))
const requestText = `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

function client(): Socket {
  const socket = connect(Number(new URL(trooper.url).port), '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

/** Trooper's next response object and its next connection to a target, as Node and undici announce them. */
function watch<T>(channel: string, pick: (message: object) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      const found = typeof message === 'object' && message !== null ? pick(message) : undefined
      if (found === undefined) return
      unsubscribe(channel, listener)
      resolve(found)
    }
    subscribe(channel, listener)
  })
}

describe('when a client leaves', () => {
  it.each(['silent', 'endless'] as const)(
    'the call to the provider is over within one turn of the event loop (%s)',
    async (providerMode) => {
      mode = providerMode
      const response = watch('http.server.request.start', (message) =>
        'response' in message && 'server' in message && message.server !== provider ? message.response : undefined,
      )
      const upstream = watch('undici:client:sendHeaders', (message) =>
        'socket' in message ? message.socket : undefined,
      )
      const socket = client()
      socket.write(requestText)
      const sent = await upstream
      if (providerMode === 'endless') await once(socket, 'data')
      const left = once((await response) as ServerResponse, 'close')
      socket.destroy()
      await left
      await new Promise((resolve) => setImmediate(resolve))
      expect((sent as Socket).destroyed).toBe(true)
    },
  )

  it('at any moment, nothing breaks and the next client is served', async () => {
    const moments: ((socket: Socket) => Promise<unknown>)[] = [
      // In the middle of the head, and of the body.
      async (socket) => socket.write(requestText.slice(0, 40)),
      async (socket) => socket.write(requestText.slice(0, requestText.length - 20)),
      // As soon as everything is sent, once Trooper has it, and once an answer has begun.
      async (socket) => socket.end(requestText),
      async (socket) => {
        const seen = watch('http.server.request.start', () => true)
        socket.write(requestText)
        await seen
      },
      async (socket) => {
        socket.write(requestText)
        if (mode !== 'silent') await once(socket, 'data')
      },
    ]
    for (const providerMode of ['silent', 'endless', 'spent'] as const) {
      mode = providerMode
      for (const moment of moments) {
        const socket = client()
        await once(socket, 'connect')
        await moment(socket)
        socket.destroy()
      }
    }
    mode = 'endless'
    const survivor = client()
    survivor.write(requestText)
    const [data] = await once(survivor, 'data')
    expect(String(data)).toMatch(/^HTTP\/1\.1 200 OK/)
    survivor.destroy()
  })

  it('who reads slowly, the provider is slowed down, and nothing is gathered in between', async () => {
    mode = 'flood'
    flooded = 0
    const socket = client()
    socket.write(requestText)
    await once(socket, 'data')
    socket.pause()
    // Until a hundred turns of the event loop in a row brought no byte: the provider waits for Trooper, Trooper for the client.
    for (let still = 0, last = 0; still < 100; still = flooded === last ? still + 1 : 0) {
      last = flooded
      await new Promise((resolve) => setImmediate(resolve))
    }
    const heldBack = flooded
    expect(heldBack).toBeLessThan(32 * 1024 * 1024)
    // The client reads on, and so does everybody.
    socket.resume()
    while (flooded <= heldBack * 2) await once(socket, 'data')
    socket.destroy()
  })
})
