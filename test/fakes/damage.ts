/** Right answers whose bytes are wrong: frames torn, added or missing, lengths that lie, compression that ends early, broken characters. */

import { gzipSync } from 'node:zlib'
import type { Frame } from './answer.ts'

export const damageNames = [
  'frame-between',
  'frame-after-finish',
  'frame-torn',
  'last-frame-missing',
  'length-too-long',
  'length-too-short',
  'gzip-cut',
  'invalid-utf8',
] as const

type DamageName = (typeof damageNames)[number]

export interface Damage {
  headers: Record<string, string>
  chunks: Buffer[]
  /** All of the answer is there. */
  isWhole: boolean
}

export interface Order {
  mode: DamageName
  chunks?: number | undefined
  frame?: string | undefined
}

/** `frame` is what is added; an error event unless said. */
export function damageStream({ mode, chunks = 2, frame }: Order, frames: readonly Frame[], error: string): Damage {
  const wires = frames.map(({ wire }) => wire)
  const places = frames.flatMap(({ content }, place) => (content ? [place] : []))
  const place = places[Math.min(chunks, places.length) - 1] ?? 0
  switch (mode) {
    case 'frame-between':
      return whole(wires.toSpliced(place + 1, 0, frame ?? error))
    case 'frame-after-finish':
      // A finished Chat answer has its usage and its [DONE] still to come.
      return whole(wires.toSpliced(wires.findIndex((wire) => endings.test(wire)) + 1, 0, frame ?? error))
    case 'frame-torn':
      return whole(wires.with(place, tear(wires[place] ?? '')))
    case 'last-frame-missing':
      return { ...whole(wires.slice(0, -1)), isWhole: false }
    case 'length-too-long':
    case 'length-too-short':
    case 'gzip-cut':
    case 'invalid-utf8':
      return damageBytes(mode, wires.join(''))
  }
}

/** Frames are nothing that a whole body has: it is torn instead. */
export function damageJson(mode: DamageName, body: string): Damage {
  switch (mode) {
    case 'frame-between':
    case 'frame-after-finish':
      return whole([body])
    case 'frame-torn':
    case 'last-frame-missing':
      return { ...whole([body.slice(0, -Math.ceil(body.length / 3))]), isWhole: false }
    case 'length-too-long':
    case 'length-too-short':
    case 'gzip-cut':
    case 'invalid-utf8':
      return damageBytes(mode, body)
  }
}

function damageBytes(mode: 'length-too-long' | 'length-too-short' | 'gzip-cut' | 'invalid-utf8', text: string): Damage {
  const bytes = Buffer.from(text)
  // Nobody waits for bytes that were promised on a connection that is closed.
  const promise = (length: number) => ({ 'content-length': String(length), connection: 'close' })
  switch (mode) {
    case 'length-too-long':
      return { headers: promise(bytes.length + 100), chunks: [bytes], isWhole: true }
    case 'length-too-short':
      // As who counts characters where bytes are meant; the last bytes of a body are brackets more often than not.
      return { headers: promise(bytes.length - 1), chunks: [bytes], isWhole: false }
    case 'gzip-cut': {
      // Stored, so that the half of it that comes is half of the answer.
      const packed = gzipSync(bytes, { level: 0 })
      const half = packed.subarray(0, Math.floor(packed.length / 2))
      return { headers: { 'content-encoding': 'gzip' }, chunks: [half], isWhole: false }
    }
    case 'invalid-utf8':
      // Latin-1 where UTF-8 was promised.
      return {
        headers: {},
        chunks: [Buffer.from(bytes.toString('latin1').replaceAll('\u00c3\u00bc', '\u00fc'), 'latin1')],
        isWhole: true,
      }
  }
}

const endings = /"finish_reason":"|"type":"message_stop"|"type":"response\.(?:completed|incomplete)"/

function whole(wires: readonly string[]): Damage {
  return { headers: {}, chunks: wires.map((wire) => Buffer.from(wire)), isWhole: true }
}

/** Cut in the middle of its JSON; the blank line stands. */
function tear(wire: string): string {
  return `${wire.slice(0, Math.floor((wire.length * 2) / 3)).trimEnd()}\n\n`
}
