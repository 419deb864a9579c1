/** Headers as undici read them, a piece of memory for each name and each value, as texts. */
import type { HeaderList } from './headers.ts'

/** Where they stand side by side they are cut out of one text of the whole head: a call into the engine for each costs half as much again. */
export function headerTexts(raw: readonly (Buffer | string)[]): HeaderList {
  const texts: HeaderList = []
  const around = headAround(raw[0], raw.at(-1))
  for (const piece of raw) {
    if (typeof piece === 'string') texts.push(piece)
    // Whatever a parser may come to do, nothing is cut out of a text that does not hold it.
    else if (around === undefined || piece.buffer !== around.memory) texts.push(piece.toString('latin1'))
    else texts.push(around.text.slice(piece.byteOffset - around.start, piece.byteOffset - around.start + piece.length))
  }
  return texts
}

interface Head {
  memory: ArrayBufferLike
  /** Where its text begins in that. */
  start: number
  text: string
}

/**
 * Everything from the first piece to the last; `undefined` of a head that came in several parts, each of which has its own memory. A piece
 * that was torn is put together in memory that Node shares out for many things.
 */
function headAround(first: Buffer | string | undefined, last: Buffer | string | undefined): Head | undefined {
  if (!Buffer.isBuffer(first) || !Buffer.isBuffer(last)) return undefined
  const { buffer: memory, byteOffset: start } = first
  if (memory !== last.buffer || memory.byteLength === Buffer.poolSize) return undefined
  const text = Buffer.from(memory, start, last.byteOffset + last.length - start).toString('latin1')
  return { memory, start, text }
}
