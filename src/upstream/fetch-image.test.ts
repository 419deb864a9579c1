/** Real sockets: a server on this machine is just what a stranger's URL must not reach, and a trusted host may be. */
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { createImageFetcher, type ImageFetcher, type ImageRules } from './fetch-image.ts'

const bytes = Buffer.from('89504e470d0a1a0a', 'hex')
const image = { mediaType: 'image/png', base64: bytes.toString('base64') }
const megabyte = Buffer.alloc(1024 * 1024)

const closers: (() => Promise<unknown> | void)[] = []
const realLookup = dns.lookup
afterEach(async () => {
  vi.restoreAllMocks()
  dns.lookup = realLookup
  syncBuiltinESMExports()
  for (const close of closers.splice(0)) await close()
})

interface Place {
  port: number
  /** `127.0.0.1:<port>`, as `trustedHosts` has it. */
  host: string
  asked: string[]
}

/** A server that answers as it is told, and notes what it was asked for. */
async function serve(answer: RequestListener): Promise<Place> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, host: `127.0.0.1:${port}`, asked }
}

const servesPng: RequestListener = (_request, response) => sendPng(response)

function sendPng(response: ServerResponse, type = 'image/png'): void {
  response.writeHead(200, { 'content-type': type }).end(bytes)
}

const redirectTo =
  (location: string): RequestListener =>
  (_request, response) => {
    response.writeHead(302, { location }).end()
  }

function fetcher(rules: Partial<ImageRules> = {}): ImageFetcher {
  const made = createImageFetcher({ isEnabled: true, trustedHosts: [], ...rules })
  closers.push(() => made.destroy())
  return made
}

/** Every name has these addresses in turn, one a look-up; the last one for good. */
function nameServer(...addresses: string[]): { lookups: number } {
  const seen = { lookups: 0 }
  const answer = (...args: unknown[]): void => {
    const address = addresses[Math.min(seen.lookups, addresses.length - 1)] ?? ''
    seen.lookups += 1
    const callback = args.at(-1)
    if (typeof callback === 'function') callback(null, [{ address, family: 4 }])
  }
  dns.lookup = Object.assign(answer, realLookup)
  syncBuiltinESMExports()
  return seen
}

/** The time limit is the test's to end. */
function ownTimeLimit(): { end: () => void; asked: number[] } {
  const controller = new AbortController()
  const asked: number[] = []
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    asked.push(ms)
    return controller.signal
  })
  return { end: () => controller.abort(), asked }
}

describe('an image of a trusted host', () => {
  it('is fetched, and kept for the turns that follow', async () => {
    const place = await serve((_request, response) => sendPng(response, 'Image/PNG; charset=binary'))
    const images = fetcher({ trustedHosts: [place.host] })
    for (let turn = 0; turn < 2; turn += 1) expect(await images.fetch(`http://${place.host}/cat`)).toEqual(image)
    expect(place.asked).toEqual(['/cat'])
  })

  it('may be trusted by its name alone', async () => {
    const place = await serve(servesPng)
    expect(await fetcher({ trustedHosts: ['127.0.0.1'] }).fetch(`http://${place.host}/`)).toEqual(image)
  })

  it('is not fetched where fetching is off', async () => {
    const place = await serve(servesPng)
    const images = fetcher({ isEnabled: false, trustedHosts: [place.host] })
    expect(await images.fetch(`http://${place.host}/`)).toBeUndefined()
    expect(place.asked).toEqual([])
  })

  it('is found behind redirects, and not behind too many', async () => {
    const place = await serve((request, response) => {
      const left = Number((request.url ?? '').slice(1))
      if (left === 0) sendPng(response)
      else redirectTo(`/${left - 1}`)(request, response)
    })
    const images = fetcher({ trustedHosts: [place.host] })
    expect(await images.fetch(`http://${place.host}/3`)).toEqual(image)
    expect(await images.fetch(`http://${place.host}/4`)).toBeUndefined()
  })

  it.each<[string, RequestListener]>([
    ['another type', (_request, response) => sendPng(response, 'text/html')],
    ['SVG, which is a program', (_request, response) => sendPng(response, 'image/svg+xml')],
    ['no type', (_request, response) => void response.writeHead(200).end(bytes)],
    ['an error', (_request, response) => void response.writeHead(404, { 'content-type': 'image/png' }).end(bytes)],
    ['a redirect to nowhere', (_request, response) => void response.writeHead(302).end()],
    ['a redirect that is no URL', redirectTo('http://')],
    ['a redirect to a file', redirectTo('file:///etc/passwd')],
    ['a broken connection', (_request, response) => void response.destroy()],
    [
      'a body that breaks off',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'image/png', 'content-length': 100 })
        response.write(bytes, () => response.destroy())
      },
    ],
  ])('is none where there is %s', async (_what, answer) => {
    const place = await serve(answer)
    expect(await fetcher({ trustedHosts: [place.host] }).fetch(`http://${place.host}/`)).toBeUndefined()
  })

  it('that is too large is given up as soon as that shows', async () => {
    let sent = 0
    const place = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' })
      const more = (): void => {
        sent += 1
        if (!response.destroyed && sent < 100) response.write(megabyte, more)
      }
      more()
    })
    expect(await fetcher({ trustedHosts: [place.host] }).fetch(`http://${place.host}/`)).toBeUndefined()
    expect(sent).toBeLessThan(50)
  })

  it('that is just small enough is fetched', async () => {
    const place = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(10 * 1024 * 1024))
    })
    const found = await fetcher({ trustedHosts: [place.host] }).fetch(`http://${place.host}/`)
    expect(found?.base64).toHaveLength(13_981_016)
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['its head', () => {}],
    ['its end', (response) => void response.writeHead(200, { 'content-type': 'image/png' }).write(bytes)],
  ])('that never comes to %s is given up in time', async (_what, begin) => {
    const limit = ownTimeLimit()
    const place = await serve((_request, response) => {
      begin(response)
      setImmediate(limit.end)
    })
    expect(await fetcher({ trustedHosts: [place.host] }).fetch(`http://${place.host}/`)).toBeUndefined()
    expect(limit.asked).toEqual([10_000])
  })

  it('leaves room for others: the oldest go first', async () => {
    const place = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(9 * 1024 * 1024))
    })
    const images = fetcher({ trustedHosts: [place.host] })
    const at = (name: string) => images.fetch(`http://${place.host}/${name}`)
    // The same one at the same time counts once.
    await Promise.all([at('a'), at('a')])
    for (const name of ['b', 'c', 'd', 'e', 'a']) await at(name)
    expect(place.asked).toEqual(['/a', '/a', '/b', '/c', '/d', '/e'])
    for (const name of ['f', 'g', 'a']) await at(name)
    expect(place.asked.slice(6)).toEqual(['/f', '/g', '/a'])
  })
})

describe('a URL that leads inside', () => {
  it.each([
    ['by its address', (port: number) => `http://127.0.0.1:${port}/`],
    ['by its address as a number', (port: number) => `http://2130706433:${port}/`],
    ['by its address in hex', (port: number) => `http://0x7f.1:${port}/`],
    ['by its address with a dot', (port: number) => `http://127.0.0.1.:${port}/`],
    ['by any address of its own', (port: number) => `http://0.0.0.0:${port}/`],
    ['by an IPv6 address', (port: number) => `http://[::1]:${port}/`],
    ['by an IPv4 address in IPv6', (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['by NAT64', (port: number) => `http://[64:ff9b::7f00:1]:${port}/`],
    ['by its name', (port: number) => `http://localhost:${port}/`],
    ['behind a user', (port: number) => `http://8.8.8.8@127.0.0.1:${port}/`],
  ])('is not followed: %s', async (_what, url) => {
    const place = await serve(servesPng)
    expect(await fetcher().fetch(url(place.port))).toBeUndefined()
    expect(place.asked).toEqual([])
  })

  it.each(['file:///etc/passwd', 'data:image/png;base64,AAAA', 'ftp://x.example/', 'nonsense', ''])(
    'or nowhere is not followed: %s',
    async (url) => {
      expect(await fetcher().fetch(url)).toBeUndefined()
    },
  )

  it('is not followed out of a redirect, by address or by name', async () => {
    const inner = await serve(servesPng)
    for (const target of [
      `http://0.0.0.0:${inner.port}/`,
      `http://localhost:${inner.port}/`,
      `//[::1]:${inner.port}/`,
    ]) {
      const outer = await serve(redirectTo(target))
      expect(await fetcher({ trustedHosts: [outer.host] }).fetch(`http://${outer.host}/`)).toBeUndefined()
      expect(outer.asked).toHaveLength(1)
    }
    expect(inner.asked).toEqual([])
  })

  it('is not followed by a name that leads inside', async () => {
    const place = await serve(servesPng)
    const names = nameServer('127.0.0.1')
    expect(await fetcher().fetch(`http://rebound.example:${place.port}/`)).toBeUndefined()
    expect(names.lookups).toBe(1)
    expect(place.asked).toEqual([])
  })

  it('is not followed by a name that changes its mind between the look and the connection', async () => {
    const place = await serve(servesPng)
    const limit = ownTimeLimit()
    const names = nameServer('198.20.0.1', '127.0.0.1')
    const fetched = fetcher().fetch(`http://rebound.example:${place.port}/`)
    // Whether that address answers is of no interest: nobody looked a second time.
    setImmediate(limit.end)
    expect(await fetched).toBeUndefined()
    expect(names.lookups).toBe(1)
    expect(place.asked).toEqual([])
  })
})

describe('an image that is not there', () => {
  it('is asked for once a minute, so that it does not keep every turn waiting', async () => {
    const clock = new FakeClock()
    const place = await serve((_request, response) => response.writeHead(404).end())
    const images = createImageFetcher({ isEnabled: true, trustedHosts: [place.host] }, clock)
    closers.push(() => images.destroy())
    const url = `http://${place.host}/gone.png`
    expect([await images.fetch(url), await images.fetch(url)]).toEqual([undefined, undefined])
    expect(place.asked).toHaveLength(1)
    clock.advance(60_000)
    await images.fetch(url)
    expect(place.asked).toHaveLength(2)
  })
})
