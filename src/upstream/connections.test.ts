import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as aTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ownPort } from '../../test/own-port.ts'
import type { Dispatcher } from 'undici'
import { Connections } from './connections.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

const running: { server: Server; connections: Connections }[] = []
afterEach(async () => {
  for (const { server, connections } of running.splice(0)) {
    await connections.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A server that counts its connections. */
async function serve(answer: Answer, port = 0) {
  const seen = { connections: 0 }
  const server = createServer((request, response) => answer(response, request))
  server.on('connection', () => (seen.connections += 1))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const connections = connect((server.address() as AddressInfo).port)
  running.push({ server, connections })
  return { connections, seen }
}

/** So many are answered together, and never fewer. */
function onceThereAre(calls: number): Answer {
  const waiting: ServerResponse[] = []
  return (response) => {
    waiting.push(response)
    if (waiting.length === calls) for (const one of waiting.splice(0)) one.end('b')
  }
}

function connect(port: number): Connections {
  return new Connections(`http://127.0.0.1:${port}`, { headersTimeout: 0, bodyTimeout: 0 })
}

/** undici lets a connection rest for a turn before it is free again. */
async function ask(connections: Connections, headers: Record<string, string> = {}, path = '/'): Promise<string> {
  const answer = await connections.request({ method: 'POST', path, headers, body: 'a' })
  const text = await answer.body.text()
  await aTurn()
  return text
}

describe('Connections', () => {
  it('asks again on the connection that has become free', async () => {
    const { connections, seen } = await serve((response) => response.end('b'))
    for (let at = 0; at < 5; at += 1) expect(await ask(connections)).toBe('b')
    expect(seen.connections).toBe(1)
  })

  it('makes as many as there are calls at once, and no more after that', async () => {
    const { connections, seen } = await serve(onceThereAre(3))
    const three = () => Promise.all([ask(connections), ask(connections), ask(connections)])
    expect(await three()).toEqual(['b', 'b', 'b'])
    expect(await three()).toEqual(['b', 'b', 'b'])
    expect(seen.connections).toBe(3)
  })

  it('keeps the connection of a call that was refused before it was sent', async () => {
    const { connections, seen } = await serve((response) => response.end('b'))
    expect(await ask(connections)).toBe('b')
    await expect(ask(connections, { 'not a name': 'x' })).rejects.toThrow('invalid header key')
    expect(await ask(connections)).toBe('b')
    expect(seen.connections).toBe(1)
  })

  it('connects anew once there is somebody, where there was nobody', async () => {
    const port = await ownPort()
    const nobody = connect(port)
    await expect(ask(nobody)).rejects.toThrow('ECONNREFUSED')
    await serve((response) => response.end('b'), port)
    expect(await ask(nobody)).toBe('b')
    await nobody.destroy()
  })

  it('ends what is in flight when it is destroyed, and takes nothing more', async () => {
    let isAsked = (): void => {}
    const asked = new Promise<void>((resolve) => (isAsked = resolve))
    const { connections } = await serve(() => isAsked())
    const refused = expect(ask(connections)).rejects.toThrow('destroyed')
    await asked
    await connections.destroy()
    await refused
    await expect(ask(connections)).rejects.toThrow('destroyed')
  })

  it('has one call on the connection of another one that was given up as it began', async () => {
    const two = onceThereAre(2)
    const { connections } = await serve((response, request) =>
      request.url === '/' ? response.end('b') : two(response, request),
    )
    expect(await ask(connections)).toBe('b')
    // One that undici refuses to write leaves a connection that it has looked at: the next one begins within its dispatch.
    await expect(ask(connections, { 'content-length': '9' })).rejects.toThrow('does not match content-length')
    const moments: string[] = []
    const abort = (controller: Dispatcher.DispatchController): void => {
      moments.push('begun')
      controller.abort(new Error('given up'))
    }
    connections.dispatch(
      { method: 'POST', path: '/', body: 'a' },
      { onRequestStart: abort, onResponseError: () => void moments.push('over') },
    )
    expect(moments).toEqual(['begun', 'over'])
    await aTurn()
    expect(await Promise.all([ask(connections, {}, '/two'), ask(connections, {}, '/two')])).toEqual(['b', 'b'])
  })

  it('has no call wait for another one, however calls and answers have ended before', async () => {
    /** Those whose clients leave once they are there. */
    const leaving = new Map<string, AbortController>()
    let count = 0
    const together = onceThereAre(12)
    const ends: Answer[] = [
      (response) => response.end('b'),
      (response) => response.setHeader('connection', 'close').end('b'),
      (response) => void response.socket?.destroy(),
      (response) => {
        response.writeHead(200, { 'content-length': '9' }).write('part', () => response.socket?.destroy())
      },
      (response) => void setImmediate(() => response.end('b')),
      (_, request) => leaving.get(String(request.headers['x-call']))?.abort(),
      together,
    ]
    const { connections } = await serve((response, request) => {
      request.resume()
      count += 1
      ends[Number(request.headers['x-end'])]?.(response, request)
    })
    const one = async (end: number): Promise<void> => {
      const leaves = new AbortController()
      const call = String(leaving.size)
      leaving.set(call, leaves)
      const headers = { 'x-end': String(end), 'x-call': call }
      const called = connections.request({ method: 'POST', path: '/', headers, body: 'a', signal: leaves.signal })
      await called.then(({ body }) => body.text()).catch(() => {})
    }
    const lane = async (first: number): Promise<void> => {
      for (let at = first; at < first + 36; at += 1) await one(at % 6)
    }
    await Promise.all(Array.from({ length: 12 }, (_, at) => lane(at)))
    expect(count).toBe(12 * 36)
    const last = Array.from({ length: 12 }, () => ask(connections, { 'x-end': '6' }))
    expect(await Promise.all(last)).toEqual(last.map(() => 'b'))
  })
})
