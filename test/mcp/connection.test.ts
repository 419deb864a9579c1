/** One connection to an MCP server: every version of the protocol, and everything that can go wrong with a server. */
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { realClock } from '../../src/clock.ts'
import type { McpServer } from '../../src/ir/mcp.ts'
import { anyTool, noTool } from '../../src/ir/mcp.ts'
import { openConnection, type McpConnection } from '../../src/mcp-client/connect/connection.ts'
import { isWithin, readPlace } from '../../src/mcp-client/places.ts'
import { FakeClock } from '../fakes/clock.ts'
import { ownPort } from '../own-port.ts'
import { answerTo, startOldServer } from './old-server.ts'
import { saying, serve, startMcpServer, type Speaks, type TestServer } from './server.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function started(server: Promise<TestServer>): Promise<TestServer> {
  const running = await server
  stops.push(() => running.stop())
  return running
}

function connect(url: string, places: string[], more: Partial<McpServer> = {}, clock = realClock): McpConnection {
  const allowed = places.flatMap((text) => readPlace(text) ?? [])
  const server = { label: 'test', url, headers: {}, offered: anyTool, unasked: { never: anyTool, always: noTool } }
  const connection = openConnection({ ...server, ...more }, (address) => isWithin(address, allowed), clock)
  stops.push(() => connection.close())
  return connection
}

const never = new AbortController().signal
const search = { name: 'search', inputSchema: { type: 'object' } }
const called = (input = '{"query":"pizza"}') => ({ id: '1', server: 'test', name: 'search', input })
const ran = (text: string) => ({ type: 'ran', content: [{ type: 'text', text }], isError: false })
const failed = (fault: object) => ({ type: 'failed', fault })
const finding = [{ name: 'search', answer: (query: string) => saying(`Found ${query}.`) }]

describe.each<Speaks>(['both', 'only-new', 'sessions'])('a server that speaks: %s', (speaks) => {
  it('lists its tools and runs them, and is asked for nothing that it might say by itself', async () => {
    const server = await started(startMcpServer(finding, speaks))
    const connection = connect(server.url, [server.origin])
    expect(await connection.list(never)).toMatchObject({ server: 'test', tools: [{ name: 'search' }] })
    expect(await connection.call(called(), search, never)).toEqual(ran('Found pizza.'))
    expect(server.seen.map(({ method }) => method)).not.toContain('GET')
  })
})

it('takes leave of a server that keeps a session', async () => {
  const server = await started(startMcpServer(finding, 'sessions'))
  const connection = connect(server.url, [server.origin])
  await connection.list(never)
  const left = server.saw(({ method }) => method === 'DELETE')
  connection.close()
  expect((await left).headers['mcp-session-id']).toBeDefined()
})

it('asks a server of the first version in the way of that version', async () => {
  const server = await started(startOldServer())
  const connection = connect(server.url, [server.origin])
  expect(await connection.list(never)).toMatchObject({ tools: [{ name: 'search' }] })
  expect(await connection.call(called(), search, never)).toEqual(ran('Found.'))
})

it('tells such a server nothing at an address that is not allowed', async () => {
  const server = await started(startOldServer('/elsewhere?session=1'))
  const connection = connect(server.url, [server.url])
  expect(await connection.list(never)).toMatchObject({ tools: [], error: expect.stringContaining('status 405') })
  expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
})

it('waits for a call as long as it takes, whatever was answered before it', async () => {
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const slow = async (query: string) => finished.then(() => saying(`Found ${query}.`))
  const server = await started(startMcpServer([{ name: 'search', answer: slow }]))
  const clock = new FakeClock()
  const result = connect(server.url, [server.origin], {}, clock).call(called(), search, never)
  await server.saw(({ message }) => message?.['method'] === 'tools/call')
  clock.advance(60_000)
  finish()
  expect(await result).toEqual(ran('Found pizza.'))
  expect(clock.pending).toBe(0)
})

it('makes several calls at once, over one session', async () => {
  const queries: string[] = []
  let goOn = (): void => {}
  const both = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const together = async (query: string) => {
    queries.push(query)
    if (queries.length === 2) goOn()
    await both
    return saying(`Found ${query}.`)
  }
  const server = await started(startMcpServer([{ name: 'search', answer: together }], 'sessions'))
  const connection = connect(server.url, [server.origin])
  const results = await Promise.all(
    ['pizza', 'pasta'].map((query) => connection.call(called(JSON.stringify({ query })), search, never)),
  )
  expect(results).toEqual([ran('Found pizza.'), ran('Found pasta.')])
  expect(server.seen.filter(({ message }) => message?.['method'] === 'initialize')).toHaveLength(1)
})

it('sends the credential of the client, and nothing of the client’s that is the connection’s own', async () => {
  const server = await started(startMcpServer(finding))
  const headers = { authorization: 'Bearer secret', 'x-team': 'blue', host: 'elsewhere.example', 'content-length': '7' }
  await connect(server.url, [server.origin], { headers }).list(never)
  const [first] = server.seen
  expect(first?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-team': 'blue' })
  expect(first?.headers['host']).toBe(new URL(server.url).host)
})

it('carries numbers as the model wrote them', async () => {
  const server = await started(startMcpServer(finding))
  await connect(server.url, [server.origin]).call(called('{"query":"x","id":12345678901234567890}'), search, never)
  expect(server.seen.at(-1)?.body).toContain('"id":12345678901234567890')
})

describe('a redirect', () => {
  const leadingTo = (place: string) =>
    started(serve('/mcp', (_, __, response) => response.writeHead(307, { location: place }).end()))

  it('is not followed to another server, allowed or not', async () => {
    const other = await started(startMcpServer(finding))
    const server = await leadingTo(other.url)
    for (const places of [[server.origin], [server.origin, other.origin]]) {
      const { error } = await connect(server.url, places).list(never)
      expect(error).toBe('The MCP server answered with status 307.')
    }
    expect(other.seen).toEqual([])
  })

  it('is not followed to a path that is not allowed', async () => {
    const server = await leadingTo('/private')
    const { error } = await connect(server.url, [server.url]).list(never)
    expect(error).toBe('The MCP server was left alone. It leads to an address that MCP_SERVERS does not name.')
    expect(server.seen).toHaveLength(1)
  })
})

describe('a server that fails', () => {
  const answering = (status: number, body: string, type = 'application/json') =>
    started(serve('/mcp', (_, __, response) => response.writeHead(status, { 'content-type': type }).end(body)))

  it.each([
    ['refuses the credential', 401, '{"error":"no"}', 'The MCP server answered with status 401.'],
    ['has an error', 500, 'oops', 'The MCP server answered with status 500.'],
    ['says nothing that is MCP', 200, 'hello', 'The MCP server cannot be reached.'],
  ])('and %s is told of by its status, not in its words', async (_, status, body, error) => {
    const server = await answering(status, body)
    const connection = connect(server.url, [server.origin])
    expect(await connection.list(never)).toEqual({ server: 'test', tools: [], error })
  })

  it('is told of where it is not there', async () => {
    const nowhere = `http://127.0.0.1:${await ownPort()}`
    const result = await connect(`${nowhere}/mcp`, [nowhere]).call(called(), search, never)
    expect(result).toEqual(failed({ kind: 'http', code: 502, message: 'The MCP server cannot be reached.' }))
  })

  it('says itself what is wrong with a call', async () => {
    const server = await started(startMcpServer(finding))
    const result = await connect(server.url, [server.origin]).call({ ...called(), name: 'burn' }, search, never)
    expect(result).toEqual(failed({ kind: 'protocol', code: -32_602, message: expect.stringContaining('burn') }))
  })

  it('is not read beyond what a model could', async () => {
    const server = await started(
      startMcpServer([{ name: 'search', answer: () => saying('x'.repeat(17 * 1024 * 1024)) }]),
    )
    const result = await connect(server.url, [server.origin]).call(called(), search, never)
    const message = 'The MCP server was left alone. It answered with more than can be read.'
    expect(result).toEqual(failed({ kind: 'http', code: 502, message }))
  })

  it.each<[string, Partial<McpServer>, string[]]>([
    ['the first 512 are', {}, Array.from({ length: 512 }, (_, at) => `tool${at}`)],
    ['the ones that the client names are', { offered: { only: ['tool40000'] } }, ['tool40000']],
  ])('is not read to the last of 50,000 tools: %s', async (_, more, names) => {
    const listed = Array.from({ length: 50_000 }, (__, at) => ({ name: `tool${at}`, inputSchema: { type: 'object' } }))
    // What stands behind them would be refused, were it read.
    const text = JSON.stringify([...listed, { name: 1 }])
    const server = await started(
      serve('/mcp', (__, { message }, response) => {
        if (message?.['id'] === undefined) return response.writeHead(202).end()
        const page = `{"jsonrpc":"2.0","id":${JSON.stringify(message['id'])},"result":{"tools":${text}}}`
        const isList = message['method'] === 'tools/list'
        return response.writeHead(200, { 'content-type': 'application/json' }).end(isList ? page : answerTo(message))
      }),
    )
    const list = await connect(server.url, [server.origin], more).list(never)
    expect(list.isCut === true).toBe(names.length === 512)
    expect(list.tools.map(({ name }) => name)).toEqual(names)
  })

  it('is not read for ever where its list of tools has no end', async () => {
    let pages = 0
    const server = await started(
      serve('/mcp', (_, { message }, response) => {
        if (message?.['id'] === undefined) return response.writeHead(202).end()
        const isList = message['method'] === 'tools/list'
        if (isList) pages += 1
        const result = { tools: [{ name: `tool${pages}`, inputSchema: { type: 'object' } }], nextCursor: `${pages}` }
        const page = JSON.stringify({ jsonrpc: '2.0', id: message['id'], result })
        return response.writeHead(200, { 'content-type': 'application/json' }).end(isList ? page : answerTo(message))
      }),
    )
    const { tools, isCut, error } = await connect(server.url, [server.origin]).list(never)
    expect(tools.map(({ name }) => name)).toEqual(Array.from({ length: 8 }, (_, at) => `tool${at + 1}`))
    expect([isCut, error, pages]).toEqual([true, undefined, 8])
  })

  it.each([
    ['breaks', (response: ServerResponse) => void response.destroy()],
    ['ends', (response: ServerResponse) => void response.end()],
  ])('whose answer %s without a word is waited for as long as it could come back', async (_, leave) => {
    const server = await started(
      serve('/mcp', (__, { message }, response) => {
        if (message?.['id'] === undefined) return response.writeHead(202).end()
        if (message['method'] !== 'tools/call')
          return response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(message))
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        return response.write(': hello\n\n', () => leave(response))
      }),
    )
    const clock = new NoticingClock()
    const connection = connect(server.url, [server.origin], {}, clock)
    await connection.list(never)
    const waiting = clock.next()
    const result = connection.call(called(), search, never)
    await waiting
    clock.advance(5000)
    const message = 'The answer of the MCP server broke off.'
    expect(await result).toEqual(failed({ kind: 'http', code: 502, message }))
  })

  it('and answers one of two calls, is waited for no longer than that for the other', async () => {
    const server = await started(
      serve('/mcp', (__, { message, body }, response) => {
        if (message?.['id'] === undefined) return response.writeHead(202).end()
        if (message['method'] === 'tools/call' && body.includes('pizza')) return undefined
        const isCut = message['method'] === 'tools/call'
        if (!isCut) return response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(message))
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        return response.write(': hello\n\n', () => void response.end())
      }),
    )
    const clock = new NoticingClock()
    const connection = connect(server.url, [server.origin], {}, clock)
    await connection.list(never)
    const over = new AbortController()
    const slow = connection.call(called(), search, over.signal)
    await server.saw(({ body }) => body.includes('pizza'))
    const waiting = clock.next()
    const cut = connection.call(called('{"query":"pasta"}'), search, never)
    await waiting
    clock.advance(5000)
    const broken = { kind: 'http', code: 502, message: 'The answer of the MCP server broke off.' }
    expect(await cut).toEqual(failed(broken))
    over.abort()
    expect(await slow).toEqual(failed({ kind: 'http', code: 504, message: 'The MCP server did not answer in time.' }))
    expect(clock.pending).toBe(0)
  })

  it('is given up when its time is over', async () => {
    const server = await started(startMcpServer([{ name: 'search', answer: () => new Promise(() => {}) }]))
    const connection = connect(server.url, [server.origin])
    const over = new AbortController()
    const asked = server.saw(({ message }) => message?.['method'] === 'tools/call')
    const result = connection.call(called(), search, over.signal)
    await asked
    over.abort()
    expect(await result).toEqual(failed({ kind: 'http', code: 504, message: 'The MCP server did not answer in time.' }))
  })

  it('and has forgotten its session is asked anew with the next call', async () => {
    const first = await started(startMcpServer(finding, 'sessions'))
    const connection = connect(first.url, [first.origin])
    await connection.list(never)
    first.forget()
    expect(await connection.call(called(), search, never)).toMatchObject({ type: 'failed', fault: { code: 404 } })
    expect(await connection.call(called(), search, never)).toEqual(ran('Found pizza.'))
  })
})

/** Tells when somebody begins to wait. */
class NoticingClock extends FakeClock {
  #notice = (): void => {}

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#notice = resolve
    })
  }

  override after(ms: number, callback: () => void): () => void {
    this.#notice()
    return super.after(ms, callback)
  }
}
