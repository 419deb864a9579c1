/**
 * Requests that come compressed, as Codex's do where it is logged in to ChatGPT: read all the same, as a local model may have to answer
 * them. They are passed on as they were meant, without the compression.
 */
import type { IncomingMessage } from 'node:http'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Log } from '../observe/log/log.ts'
import { zstd } from '../upstream/zstd.ts'
import { withoutFields, type HeaderList } from '../wire/headers.ts'
import { readBody, type BodyRead } from './body.ts'

type Unread = Exclude<BodyRead, { ok: true }>

export type PlainRead =
  | Unread
  /** `unreadable`: how it is compressed, where nobody here can read that. Then it is as it came. */
  | { ok: true; body: Buffer; headers: HeaderList; unreadable?: string }

type Done = (error: Error | null, plain: Buffer) => void
type Unzip = (body: Buffer, options: { maxOutputLength: number }, done: Done) => void

/** Calls back exactly once, as `readBody` does. `maxBytes`: before and after. */
export function readPlainBody(request: IncomingMessage, maxBytes: number, onRead: (read: PlainRead) => void): void {
  const { rawHeaders: headers } = request
  readBody(request, maxBytes, (read) => {
    const encoding = request.headers['content-encoding']?.toLowerCase()
    if (!read.ok) return onRead(read)
    if (encoding === undefined || encoding === 'identity') return onRead({ ok: true, body: read.body, headers })
    const asItCame: PlainRead = { ok: true, body: read.body, headers, unreadable: encoding }
    const unzip = unzips(encoding)
    if (!unzip) return onRead(asItCame)
    unzip(read.body, { maxOutputLength: maxBytes }, (error, body) => {
      if (!error) onRead({ ok: true, body, headers: withoutFields(headers, ['content-encoding']) })
      else onRead(isTooLarge(error) ? { ok: false, problem: 'too-large' } : asItCame)
    })
  })
}

function unzips(encoding: string): Unzip | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return gunzip
    case 'deflate':
      return inflate
    case 'br':
      return brotliDecompress
    case 'zstd':
      return zstd?.decompress
    default:
      return undefined
  }
}

function isTooLarge(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

/** There are no more in use, and a client may invent any number. */
const mostTold = 10

/** Tells a person once of each compression that nobody here can read. */
export function createUnreadableTeller(log: Log): (encoding: string) => void {
  const told = new Set<string>()
  return (encoding) => {
    if (told.has(encoding) || told.size >= mostTold) return
    told.add(encoding)
    const isOld = encoding === 'zstd' && !zstd
    const who = isOld ? `Node ${process.versions.node}` : 'Trooper'
    const remedy = isOld ? 'run Trooper with Node 22.15 or newer, or ' : ''
    log.warn(
      `⚠️ A request came compressed in a way that ${who} cannot read (${encoding.slice(0, 40)}): it is passed on, but no local model can answer it; ` +
        `${remedy}have the app send it plain (Codex: features.enable_request_compression = false)`,
    )
  }
}
