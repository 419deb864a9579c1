/** Recorded streams, and how the tests read them: any chunking, any dialect. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { targetDialects } from '../../src/dialects/registry.ts'
import type { StreamEvent } from '../../src/ir/events.ts'
import type { DialectName } from '../../src/ir/request.ts'
import { createCollector, type Collected } from '../../src/ir/response.ts'
import { createNdjsonDecoder } from '../../src/wire/ndjson.ts'
import { createSseDecoder, type Frame, type FrameDecoder } from '../../src/wire/sse.ts'

export function fixture(dialect: DialectName, name: string): string {
  return readFileSync(new URL(`../fixtures/${dialect}/${name}.txt`, import.meta.url), 'utf8')
}

function createFrameDecoder(dialect: DialectName, onFrame: (frame: Frame) => void): FrameDecoder {
  return targetDialects[dialect].framing === 'sse' ? createSseDecoder(onFrame) : createNdjsonDecoder(onFrame)
}

/** Everything that a target's decoder says of these bytes, up to and with the end of the body. */
export function decodeChunks(dialect: DialectName, chunks: readonly Uint8Array[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const decoder = targetDialects[dialect].createDecoder((event) => events.push(event), 0)
  const frames = createFrameDecoder(dialect, (frame) => decoder.frame(frame))
  for (const chunk of chunks) frames.feed(chunk)
  frames.end()
  decoder.end()
  return events
}

export function decodeText(dialect: DialectName, text: string): StreamEvent[] {
  return decodeChunks(dialect, [Buffer.from(text)])
}

export function decodeFrames(dialect: DialectName, frames: readonly Frame[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const decoder = targetDialects[dialect].createDecoder((event) => events.push(event), 0)
  for (const frame of frames) decoder.frame(frame)
  decoder.end()
  return events
}

export function framesOf(dialect: DialectName, text: string): Frame[] {
  const frames: Frame[] = []
  const decoder = createFrameDecoder(dialect, (frame) => frames.push(frame))
  decoder.feed(Buffer.from(text))
  decoder.end()
  return frames
}

/** The whole answer that events describe; `undefined` when they come to no end. */
export function collect(events: readonly StreamEvent[]): Collected | undefined {
  let collected: Collected | undefined
  const take = createCollector((result) => (collected = result))
  for (const event of events) take(event)
  return collected
}

/** The same bytes in pieces: cut anywhere, also inside a character and between CR and LF. */
export function chunkings(text: string): fc.Arbitrary<Uint8Array[]> {
  const bytes = Buffer.from(text)
  return fc
    .oneof(
      fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }),
      fc
        .integer({ min: 1, max: 7 })
        .map((step) => Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => at * step)),
    )
    .map((cuts) => split(bytes, cuts))
}

function split(bytes: Buffer, cuts: readonly number[]): Uint8Array[] {
  const places = [...cuts].sort((a, b) => a - b)
  return [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.length))
}
