import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { HttpReply } from './reply.ts'

const running: (() => void)[] = []
afterEach(() => {
  for (const stop of running.splice(0)) stop()
})

/** What a client gets that asks a server for this answer, as Latin-1. */
async function ask(method: string, answer: (reply: HttpReply, response: ServerResponse) => void): Promise<Socket> {
  const server = createServer((_, response) => answer(new HttpReply(response), response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1')
  running.push(() => {
    client.destroy()
    server.close()
  })
  client.write(`${method} / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
  return client
}

async function untilThereIs(client: Socket, end: string): Promise<string> {
  let text = ''
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.endsWith(end)) break
  }
  return text
}

const named = ['content-disposition', 'attachment; filename="K\u00E4se.pdf"']

describe('a head that goes out by itself', () => {
  it.each([
    ['of a body of known length', ['content-length', '4'], 'text'],
    ['of a body in chunks', [], '4\r\ntext\r\n0\r\n\r\n'],
  ])('%s says byte for byte what was read', async (_what, length, body) => {
    let goOn = (): void => {}
    const client = await ask('GET', (reply) => {
      reply.head(200, 'OK', [...named, ...length])
      reply.flushHead()
      goOn = () => reply.end(Buffer.from('text'))
    })
    expect(await untilThereIs(client, '\r\n\r\n')).toContain(named.join(': '))
    goOn()
    expect(await untilThereIs(client, body)).toBe(body)
  })

  it.each([
    ['HEAD', 200],
    ['GET', 304],
  ])('before no body (%s, %i) does so too', async (method, status) => {
    const client = await ask(method, (reply) => {
      reply.head(status, '', [...named, 'content-length', '4'])
      reply.flushHead()
      reply.end()
    })
    expect(await untilThereIs(client, '\r\n\r\n')).toContain(named.join(': '))
  })
})
