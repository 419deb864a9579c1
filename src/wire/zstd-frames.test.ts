import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zstd } from '../../test/e2e/with-zstd.ts'
import { ZstdFrames, zstdFramesOf } from './zstd-frames.ts'

const read = (base64: string): Buffer => Buffer.from(base64, 'base64')

/** As libzstd writes them. */
const frames = {
  'a stored text': read('KLUv/SAEIQAAb25lIA=='),
  'one with a checksum': read('KLUv/SQEIQAAb25lICmSP9c='),
  'a compressed text': read('KLUv/WSAASUBANB0aGUgc2FtZSB3b3JkcyBhZ2FpbiBhbmQsIAIAXYaqmA5lDBRHPRI='),
  'nothing but one letter, in three blocks': read('KLUv/aDgkwQAVAAAEHh4AQD7/znAAgIAEHgDnwR4'),
  'the same of a size that is not told': read('KLUv/QRIVAAAEHh4AQD7/znAAgIAEHgDnwR4j3Kbog=='),
  nothing: read('KLUv/SAAAQAA'),
  'what is not for a reader': Buffer.concat([Buffer.from([0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')]),
  'a long stored text': zstd(Buffer.from('a long text '.repeat(20))),
}

describe('the frames of zstd', () => {
  it.each(Object.entries(frames))('end where they end: %s', (_what, frame) => {
    expect(zstdFramesOf(Buffer.concat([frame, frame]))).toEqual([frame, frame])
    for (let cut = 1; cut < frame.length; cut += 1) expect(zstdFramesOf(frame.subarray(0, cut))).toBeUndefined()
  })

  it('are told apart however they come', () => {
    const some = fc.array(fc.constantFrom(...Object.values(frames)), { maxLength: 5 })
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (meant, sizes) => {
        const all = Buffer.concat(meant)
        const reader = new ZstdFrames()
        const found: Buffer[] = []
        let isBetween = true
        for (let from = 0; from < all.length;) {
          const { value: size } = sizes.next()
          const pieces = reader.split(all.subarray(from, from + size))
          for (const [at, piece] of pieces.entries()) {
            const last = found.at(-1)
            if (isBetween || last === undefined) found.push(piece)
            else found[found.length - 1] = Buffer.concat([last, piece])
            isBetween = at < pieces.length - 1 || reader.isWhole
          }
          from += size
        }
        expect(found).toEqual(meant)
        expect(reader.isWhole).toBe(true)
      }),
    )
  })

  it('have no end in what is none', () => {
    expect(zstdFramesOf(Buffer.from('{"model":"m"}'))).toBeUndefined()
    expect(zstdFramesOf(Buffer.alloc(0))).toEqual([])
  })

  it('are too many where nobody means them', () => {
    const of = (count: number): Buffer => Buffer.concat(Array<Buffer>(count).fill(frames.nothing))
    expect(zstdFramesOf(of(10_000))).toHaveLength(10_000)
    expect(zstdFramesOf(of(30_000))).toBeUndefined()
  })

  it('may have many blocks, and not any number of empty ones', () => {
    const head = frames.nothing.subarray(0, -3)
    const end = frames.nothing.subarray(-3)
    const of = (count: number): Buffer => Buffer.concat([head, Buffer.alloc(count * 3), end])
    expect(zstdFramesOf(of(10_000))).toEqual([of(10_000)])
    expect(zstdFramesOf(of(200_000))).toBeUndefined()
  })
})
