/** A `node:http` response as the client's end of an exchange. */
import type { ServerResponse } from 'node:http'
import type { Reply } from '../exchange/reply/reply.ts'
import type { HeaderList } from '../wire/headers.ts'

/** A class, as its methods run on every chunk. One listener for leaving, however many attempts there are; one for draining only when it is waited for. */
export class HttpReply implements Reply {
  readonly #response: ServerResponse
  #onGone: () => void = nothing
  #onDrain: () => void = nothing
  #isWaiting = false

  constructor(response: ServerResponse) {
    this.#response = response
    response.on('close', () => {
      if (!response.writableFinished) this.#onGone()
    })
    // Writing to a client that is leaving is no fault of anybody's.
    response.on('error', nothing)
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  onGone(callback: () => void): void {
    this.#onGone = callback
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback
  }

  head(status: number, statusMessage: string, headers: HeaderList): void {
    if (this.#response.destroyed) return
    if (statusMessage === 'OK' || isReasonPhrase(statusMessage))
      this.#response.writeHead(status, statusMessage, headers)
    else this.#response.writeHead(status, headers)
  }

  /** Before no bytes of a body, as `flushHeaders` writes in UTF-8 what was read as Latin-1; where there can be no body, the end sends it. */
  flushHead(): void {
    if (!this.#response.destroyed) this.#response.write(noBytes)
  }

  write(chunk: Buffer | string): boolean {
    if (this.#response.destroyed || this.#response.write(chunk)) return true
    this.#waitForDrain()
    return false
  }

  #waitForDrain(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#response.once('drain', () => {
      this.#isWaiting = false
      this.#onDrain()
    })
  }

  end(chunk?: Buffer | string): void {
    if (this.#response.destroyed) return
    if (chunk === undefined) this.#response.end()
    else this.#response.end(chunk)
  }

  abort(): void {
    this.#response.destroy()
  }
}

/** `node:http` throws on any other; a missing one it fills in (RFC 9112 4). */
function isReasonPhrase(text: string): boolean {
  return /^[\t\x20-\x7e]+$/.test(text)
}

function nothing(): void {}

const noBytes = Buffer.alloc(0)
