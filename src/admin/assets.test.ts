import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAssets } from './assets.ts'

const script = 'console.log("hello")\n'.repeat(50)
const page = '<!doctype html><title>Trooper</title>'

let folder: string
let server: Server
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trooper-assets-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), page)
  writeFileSync(join(folder, 'notes.txt'), 'not for browsers')
  writeFileSync(join(folder, 'assets', 'main-abc.js'), script)
  writeFileSync(join(folder, 'assets', 'main-abc.js.br'), brotliCompressSync(script))
  writeFileSync(join(folder, 'assets', 'main-abc.js.gz'), gzipSync(script))
  const built = openAssets(folder)
  const unbuilt = openAssets(join(folder, 'nowhere'))
  server = createServer((incoming, response) => {
    const { url = '' } = incoming
    const assets = url.startsWith('/unbuilt') ? unbuilt : built
    assets.answer(incoming, response, url.replace('/unbuilt', ''), 'ticket=1; HttpOnly')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

interface Got {
  status: number | undefined
  headers: IncomingMessage['headers']
  body: Buffer
}

/** Sends the path as it stands, and undoes no coding. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    asked.on('error', reject).end()
  })
}

const path = '/dashboard/assets/main-abc.js'

describe('a file of the page', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['BR', 'br'],
    ['*', 'br'],
    ['*;q=0, gzip', 'gzip'],
    ['deflate', undefined],
    ['', undefined],
  ])('goes to whoever accepts "%s" as %s', async (accepted, coding) => {
    const { status, headers, body } = await get(path, { 'accept-encoding': accepted })
    expect(status).toBe(200)
    expect(headers['content-encoding']).toBe(coding)
    expect(headers['vary']).toBe('accept-encoding')
    expect(headers['content-length']).toBe(String(body.length))
    const plain = coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body
    expect(plain.toString()).toBe(script)
  })

  it('goes to nobody who accepts no form of it', async () => {
    expect((await get(path, { 'accept-encoding': 'identity;q=0, br;q=0, gzip;q=0' })).status).toBe(406)
  })

  it('is not sent again to whoever has it, in the form that they have', async () => {
    const { headers } = await get(path, { 'accept-encoding': 'br' })
    const tag = headers.etag ?? ''
    const again = await get(path, { 'accept-encoding': 'br', 'if-none-match': `"other", W/${tag}` })
    expect(again).toMatchObject({ status: 304, headers: { etag: tag }, body: Buffer.alloc(0) })
    expect((await get(path, { 'accept-encoding': 'gzip', 'if-none-match': tag })).status).toBe(200)
  })

  it('is kept for ever where its name changes with it, and asked for again where it does not', async () => {
    expect((await get(path)).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await get('/dashboard')).headers['cache-control']).toBe('no-cache')
  })

  it('can be asked for without its body', async () => {
    const { headers, body } = await get(path, {}, 'HEAD')
    expect(headers['content-length']).toBe(String(script.length))
    expect(body).toHaveLength(0)
  })

  it('may load nothing but its own, and be framed by nobody', async () => {
    const { headers } = await get('/dashboard')
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  })

  it('brings the cookie along only as the page itself', async () => {
    expect((await get('/dashboard')).headers['set-cookie']).toEqual(['ticket=1; HttpOnly'])
    expect((await get(path)).headers['set-cookie']).toBeUndefined()
  })

  it.each([
    '/dashboard/assets/other.js',
    '/dashboard/../assets.ts',
    '/dashboard/%2e%2e/assets.ts',
    '/dashboard/assets/main-abc.js.br',
    '/dashboard/notes.txt',
    '/dashboard/assets',
    '/dashboard/constructor',
  ])('is not there at %s', async (path) => {
    const { status, headers } = await get(path)
    expect(status).toBe(404)
    expect(headers['content-security-policy']).toBeDefined()
  })
})

it('says how to build the page where it is not built', async () => {
  const { status, body } = await get('/unbuilt/dashboard')
  expect(status).toBe(404)
  expect(body.toString()).toBe('The page is not built; run: npm run build\n')
})
