/** One request to a fake and the answer to it: writes with backpressure, keeps the journal entry true. */

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Gate } from './gate.ts'
import type { Journal, SeenRequest } from './journal.ts'

export class Exchange {
  readonly path: string
  readonly bodyText: string
  readonly entry: SeenRequest
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #journal: Journal
  readonly #hash = createHash('sha256')
  readonly #left: Promise<void>
  /** Of the gate as it was when the request came: a release counts also before the answer has got to its pause. */
  readonly #released: Promise<void>

  constructor(request: IncomingMessage, response: ServerResponse, body: Buffer, journal: Journal, gate: Gate) {
    this.#request = request
    this.#response = response
    this.#journal = journal
    this.#released = gate.opened()
    this.path = new URL(request.url ?? '/', 'http://localhost').pathname
    this.bodyText = body.toString('utf8')
    this.entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      rawHeaders: request.rawHeaders,
      bodyText: this.bodyText,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      bodyBytes: body.length,
      outcome: 'open',
    }
    journal.add(this.entry)
    this.#left = new Promise((resolve) => {
      response.once('close', () => {
        this.#closed()
        resolve()
      })
    })
  }

  get method(): string {
    return this.entry.method
  }

  /** True once the caller has left; whoever writes in a loop asks before each turn. */
  get gone(): boolean {
    return this.#response.destroyed || this.#response.closed
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.gone) return
    this.#response.writeHead(status, headers)
    this.#response.flushHeaders()
    this.entry.answer = {
      status,
      contentType: headers['content-type'] ?? '',
      bodySha256: createHash('sha256').digest('hex'),
      bodyBytes: 0,
    }
    this.#journal.changed()
  }

  /** Writes and lets the event loop turn, so that each chunk leaves on its own. */
  async write(chunk: string | Buffer): Promise<void> {
    if (this.gone) return
    this.#count(chunk)
    if (!this.#response.write(chunk)) await Promise.race([once(this.#response, 'drain'), this.#left])
    await nextTurn()
  }

  end(): void {
    if (this.gone) return
    this.entry.outcome = 'answered'
    this.#response.end()
    this.#journal.changed()
  }

  /** Ends with a clean end of the transfer that is no end of the answer. */
  endShort(): void {
    if (this.gone) return
    this.entry.outcome = 'cut'
    this.#response.end()
    this.#journal.changed()
  }

  /**
   * Breaks the connection, as a crashed server does. After the head it is a close in the middle of the transfer and not
   * a TCP reset: that would make the reader's kernel throw away what it has not read, and the test depend on luck.
   */
  reset(): void {
    if (this.gone) return
    this.entry.outcome = 'cut'
    if (this.#response.headersSent) this.#request.socket.destroySoon()
    else this.#request.socket.resetAndDestroy()
    this.#journal.changed()
  }

  async send(status: number, headers: Readonly<Record<string, string>>, body: string, compress = false): Promise<void> {
    const gzip = compress && (this.header('accept-encoding') ?? '').includes('gzip')
    const bytes = gzip ? gzipSync(body) : Buffer.from(body)
    const coding: Record<string, string> = gzip ? { 'content-encoding': 'gzip' } : {}
    this.head(status, { ...headers, ...coding, 'content-length': String(bytes.length) })
    if (bytes.length > 0) await this.write(bytes)
    this.end()
  }

  /** Waits at the test's gate if `holdAfter` says so; the caller leaving opens it too. */
  async pauseAt(chunk: number, holdAfter: number | undefined): Promise<void> {
    if (holdAfter !== chunk || this.gone) return
    await Promise.race([this.#released, this.#left])
  }

  /** Waits until the caller leaves. */
  async hang(): Promise<void> {
    await this.#left
  }

  setMode(mode: string): void {
    this.entry.mode = mode
    this.#journal.changed()
  }

  #count(chunk: string | Buffer): void {
    this.#hash.update(chunk)
    if (this.entry.answer === undefined) return
    this.entry.answer.bodyBytes += Buffer.byteLength(chunk)
    this.entry.answer.bodySha256 = this.#hash.copy().digest('hex')
  }

  #closed(): void {
    if (this.entry.outcome === 'open') this.entry.outcome = 'client-gone'
    this.#journal.changed()
  }
}
