/** What Node can read of zstd, which it does from 22.15 on; the types are those of the oldest Node that Trooper runs with. */
import * as zlib from 'node:zlib'
import { zstdFramesOf } from '../wire/zstd-frames.ts'

interface Limits {
  maxOutputLength: number
}

type Done = (error: Error | null, plain: Buffer) => void

interface NodeZstd {
  zstdDecompress: (body: Buffer, limits: Limits, done: Done) => void
  zstdDecompressSync: (body: Buffer, limits: Limits) => Buffer
  createZstdDecompress: () => zlib.Gunzip
}

interface Zstd {
  decompress: (body: Buffer, limits: Limits, done: Done) => void
  /** Throws where it cannot be read. */
  decompressSync: (body: Buffer, limits: Limits) => Buffer
  /** Takes no piece that goes on beyond the end of a frame (wire/zstd-frames.ts), and may not say of half a frame that it is one. */
  createDecompress: () => zlib.Gunzip
}

function readsZstd(module: object): module is NodeZstd {
  return 'zstdDecompress' in module
}

/** `undefined` before. */
export const zstd: Zstd | undefined = readsZstd(zlib) ? withAllFrames(zlib) : undefined

function withAllFrames(node: NodeZstd): Zstd {
  return {
    decompress: (body, limits, done) => {
      const frames = zstdFramesOf(body)
      if (frames) decompressFrames(node, frames, limits, done)
      else done(new Error(cut), Buffer.alloc(0))
    },
    decompressSync: (body, limits) => {
      const frames = zstdFramesOf(body)
      if (!frames) throw new Error(cut)
      const plain = new Plain(limits)
      for (const frame of frames) plain.add(node.zstdDecompressSync(frame, plain.limits))
      return plain.joined()
    },
    createDecompress: node.createZstdDecompress,
  }
}

const cut = 'It ends within a frame.'

function decompressFrames(node: NodeZstd, frames: readonly Buffer[], limits: Limits, done: Done): void {
  const plain = new Plain(limits)
  const next = (at: number): void => {
    const frame = frames[at]
    if (!frame) return done(null, plain.joined())
    node.zstdDecompress(frame, plain.limits, (error, part) => {
      if (error) return done(error, part)
      plain.add(part)
      next(at + 1)
    })
  }
  next(0)
}

/** What the frames hold, one after the other. */
class Plain {
  readonly #parts: Buffer[] = []
  #left: number

  constructor({ maxOutputLength }: Limits) {
    this.#left = maxOutputLength
  }

  /** For the next one; Node takes none below 1. */
  get limits(): Limits {
    return { maxOutputLength: Math.max(this.#left, 1) }
  }

  add(part: Buffer): void {
    this.#parts.push(part)
    this.#left -= part.length
  }

  joined(): Buffer {
    const [only] = this.#parts
    return only && this.#parts.length === 1 ? only : Buffer.concat(this.#parts)
  }
}
