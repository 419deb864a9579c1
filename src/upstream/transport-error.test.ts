/** Real errors of undici and of sockets: what Node calls them is what has to be understood. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Pool } from 'undici'
import { ownPort } from '../../test/own-port.ts'
import type { Failure } from '../ir/failure.ts'
import { transportFailure } from './transport-error.ts'

const closers: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server that does with each connection what it is told; its port. */
async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function pool(origin: string): Pool {
  const made = new Pool(origin, { connections: 1, pipelining: 1, connect: { timeout: 10_000 } })
  closers.push(() => made.destroy())
  return made
}

/** The failure of one request, and whether its head had come. */
async function failureOf(at: Pool): Promise<Failure> {
  let hadAnswer = false
  try {
    const answer = await at.request({ method: 'POST', path: '/v1/messages', body: '{}' })
    hadAnswer = true
    await answer.body.text()
  } catch (error) {
    if (error instanceof Error) return transportFailure(error, { hadAnswer, elapsedMs: 1 })
  }
  throw new Error('The request did not fail.')
}

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

describe('a real transport error', () => {
  it('of a port where nobody listens is a refusal, and nothing was sent', async () => {
    const failure = await failureOf(pool(`http://127.0.0.1:${await ownPort()}`))
    expect(failure).toMatchObject({ kind: 'network', problem: 'refused', requestSent: false })
  })

  it('of localhost on such a port is a refusal too, though two addresses were tried', async () => {
    const failure = await failureOf(pool(`http://localhost:${await ownPort()}`))
    expect(failure).toMatchObject({ kind: 'network', problem: 'refused', requestSent: false })
  })

  it('of an unknown host name is the name, and nothing was sent', async () => {
    const failure = await failureOf(pool('http://no-such-host.invalid'))
    expect(failure).toMatchObject({ kind: 'network', problem: 'dns', requestSent: false })
  })

  it('of TLS against a plain port is TLS, and nothing was sent', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    const failure = await failureOf(pool(`https://127.0.0.1:${port}`))
    expect(failure).toMatchObject({ kind: 'network', problem: 'tls', requestSent: false })
  })

  it('of a connection closed before any answer is a reset, and the request may have been seen', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.destroy()))
    const failure = await failureOf(pool(`http://127.0.0.1:${port}`))
    expect(failure).toMatchObject({ kind: 'network', problem: 'reset', requestSent: true })
  })

  it('of a connection reset before any answer is a reset, and the request may have been seen', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const failure = await failureOf(pool(`http://127.0.0.1:${port}`))
    expect(failure).toMatchObject({ kind: 'network', problem: 'reset', requestSent: true })
  })

  it('of a connection closed in the middle of a body is a reset after the request', async () => {
    const port = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":')),
    )
    const failure = await failureOf(pool(`http://127.0.0.1:${port}`))
    expect(failure).toMatchObject({ kind: 'network', problem: 'reset', requestSent: true })
  })

  it('of a kept connection that the server closed while it lay idle counts as not sent', async () => {
    let requests = 0
    const port = await listen((socket) =>
      socket.on('data', () => {
        requests += 1
        if (requests === 1) socket.write(answer)
        else socket.destroy()
      }),
    )
    const kept = pool(`http://127.0.0.1:${port}`)
    const first = await kept.request({ method: 'POST', path: '/', body: '{}' })
    await first.body.text()
    expect(await failureOf(kept)).toMatchObject({ kind: 'network', problem: 'reset', requestSent: false })
  })

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9\r\n'],
    ['a broken head', 'HTTP/1.1 200 OK\r\nbad header\r\n\r\n'],
  ])('of %s is a broken answer', async (_what, text) => {
    const port = await listen((socket) => socket.once('data', () => socket.end(text)))
    expect(await failureOf(pool(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'malformed-answer' })
  })
})

function coded(code: string): Error {
  return Object.assign(new Error('text of the library'), { code })
}

describe('transportFailure', () => {
  it.each([
    ['ENETUNREACH', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'unreachable'],
    ['EAI_AGAIN', 'dns'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ])('knows %s: nothing was sent', (code, problem) => {
    expect(transportFailure(coded(code), { hadAnswer: false, elapsedMs: 1 })).toMatchObject({
      kind: 'network',
      problem,
      requestSent: false,
      code,
    })
  })

  it('never calls a request unsent whose answer had begun', () => {
    expect(transportFailure(coded('ECONNREFUSED'), { hadAnswer: true, elapsedMs: 1 })).toMatchObject({
      requestSent: true,
    })
  })

  it('knows a connection that was not made in time', () => {
    expect(transportFailure(coded('UND_ERR_CONNECT_TIMEOUT'), { hadAnswer: false, elapsedMs: 1 })).toMatchObject({
      kind: 'timeout',
      phase: 'connect',
    })
  })

  it('looks into a cause, and into the errors of several addresses', () => {
    const wrapped = new TypeError('fetch failed', { cause: coded('ENOTFOUND') })
    expect(transportFailure(wrapped, { hadAnswer: false, elapsedMs: 1 })).toMatchObject({ problem: 'dns' })
    const several = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])
    expect(transportFailure(several, { hadAnswer: false, elapsedMs: 1 })).toMatchObject({ problem: 'refused' })
  })

  it('takes what it does not know for a connection that broke, and the request for seen', () => {
    expect(transportFailure(new Error('?'), { hadAnswer: false, elapsedMs: 1 })).toMatchObject({
      kind: 'network',
      problem: 'reset',
      requestSent: true,
    })
  })

  it('speaks a sentence of its own, without addresses', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' })
    expect(transportFailure(error, { hadAnswer: false, elapsedMs: 1 }).message).not.toContain('10.0.0.1')
  })
})

describe('a connection that was kept alive', () => {
  const closed = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET', socket: { bytesRead: 500 } })

  it('and breaks at once had crossed its closing: the target has not worked on the request', () => {
    expect(transportFailure(closed, { hadAnswer: false, elapsedMs: 5 })).toMatchObject({ requestSent: false })
  })

  it('and breaks later may have cost something already, and is not asked twice', () => {
    expect(transportFailure(closed, { hadAnswer: false, elapsedMs: 2000 })).toMatchObject({ requestSent: true })
  })
})
