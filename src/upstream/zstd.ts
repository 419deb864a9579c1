/** What Node can read of zstd, which it does from 22.15 on; the types are those of the oldest Node that Trooper runs with. */
import * as zlib from 'node:zlib'

interface Limits {
  maxOutputLength: number
}

interface Zstd {
  zstdDecompress: (body: Buffer, limits: Limits, done: (error: Error | null, plain: Buffer) => void) => void
  zstdDecompressSync: (body: Buffer, limits: Limits) => Buffer
  createZstdDecompress: () => zlib.Gunzip
}

function readsZstd(module: object): module is Zstd {
  return 'zstdDecompress' in module
}

/** `undefined` before. */
export const zstd: Zstd | undefined = readsZstd(zlib) ? zlib : undefined
