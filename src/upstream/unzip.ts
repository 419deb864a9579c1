/** Answers that come compressed although that was not asked for: read all the same, so that a cut in them is found. */
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib'
import { streamCut, type Failure } from '../ir/failure.ts'
import { withoutFields } from '../wire/headers.ts'
import { ZstdFrames } from '../wire/zstd-frames.ts'
import type { AnswerHead } from './answer-head.ts'
import type { CallListener } from './attempt.ts'
import { zstd } from './zstd.ts'

type Unzip = Gunzip | Inflate | BrotliDecompress

/** The same listener, which hears what was compressed. Only of good answers: an error's bytes are the client's as they are. */
export class UnzippingListener implements CallListener {
  readonly #listener: CallListener
  #unzip: Unzip | undefined
  /** Set where it is zstd. */
  #frames: ZstdFrames | undefined
  #heardAtMs = 0
  /** What it threw outside of any call that came from the connection: that ends with its next bytes. */
  #fault: { error: unknown } | undefined

  constructor(listener: CallListener) {
    this.#listener = listener
  }

  head(head: AnswerHead): void {
    const unzip = head.status === 200 ? createUnzip(head) : undefined
    if (!unzip) return this.#listener.head(head)
    this.#unzip = unzip
    if (head.encoding === 'zstd') this.#frames = new ZstdFrames()
    unzip.on('data', (chunk: Buffer) => this.#tell(() => this.#listener.data(chunk, this.#heardAtMs)))
    unzip.on('end', () => this.#tell(() => this.#endWhole()))
    unzip.on('error', () => this.#tell(() => this.#listener.failure(streamCut)))
    this.#listener.head(plain(head))
  }

  /** What is compressed is heard later: that it comes is all there is to say of it. */
  data(chunk: Buffer, atMs: number): boolean {
    if (!this.#unzip) return this.#listener.data(chunk, atMs)
    if (this.#fault) throw this.#fault.error
    this.#heardAtMs = atMs
    for (const piece of this.#frames?.split(chunk) ?? [chunk]) this.#unzip.write(piece)
    return true
  }

  isThinking(): boolean {
    return this.#listener.isThinking()
  }

  lastWordAtMs(): number {
    return this.#listener.lastWordAtMs()
  }

  end(): void {
    if (this.#unzip) this.#unzip.end()
    else this.#listener.end()
  }

  #endWhole(): void {
    if (this.#frames?.isWhole === false) this.#listener.failure(streamCut)
    else this.#listener.end()
  }

  /** What came before it is heard first. It is told once, also where what came cannot be read, or more than it was compressed. */
  failure(failure: Failure): void {
    const unzip = this.#unzip
    if (!unzip) return this.#listener.failure(failure)
    let isTold = false
    const tell = (): void => {
      if (isTold) return
      isTold = true
      this.#tell(() => this.#listener.failure(failure))
    }
    unzip.removeAllListeners('end').removeAllListeners('error')
    unzip.on('end', tell).on('error', tell)
    unzip.flush(tell)
  }

  fault(error: unknown): void {
    if (!this.#fault) this.#listener.fault(error)
  }

  /** Outside of the call that came from the connection nobody catches what the listener throws; nothing follows that. */
  #tell(say: () => void): void {
    if (this.#fault) return
    try {
      say()
    } catch (error) {
      this.#fault = { error }
      this.#listener.fault(error)
    }
  }
}

function createUnzip({ encoding }: AnswerHead): Unzip | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return zstd?.createDecompress()
    default:
      return undefined
  }
}

const ofCompressed = ['content-encoding', 'content-length']

function plain(head: AnswerHead): AnswerHead {
  // Its end is vouched for by the compression's own.
  return head.changed((headers) => [...withoutFields(headers, ofCompressed), 'transfer-encoding', 'chunked'])
}
