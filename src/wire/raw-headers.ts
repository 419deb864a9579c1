/** Headers as undici read them, a piece of memory for each name and each value, as texts. */
import type { HeaderList } from './headers.ts'

/** Where they stand side by side they are cut out of one text of the whole head: a call into the engine for each costs half as much again. */
export function headerTexts(raw: readonly (Buffer | string)[]): HeaderList {
  const texts: HeaderList = []
  const [first] = raw
  const around = headAround(first, raw.at(-1))
  const start = around !== undefined && Buffer.isBuffer(first) ? first.byteOffset : 0
  for (const piece of raw) {
    if (typeof piece === 'string') texts.push(piece)
    else if (around === undefined) texts.push(piece.toString('latin1'))
    else texts.push(around.slice(piece.byteOffset - start, piece.byteOffset - start + piece.length))
  }
  return texts
}

/**
 * Everything from the first piece to the last; `undefined` of a head that came in several parts. Each part has its own memory, so that all
 * pieces are of one where the first and the last are. A piece that was torn is put together in memory that Node shares out for many things.
 */
function headAround(first: Buffer | string | undefined, last: Buffer | string | undefined): string | undefined {
  if (!Buffer.isBuffer(first) || !Buffer.isBuffer(last)) return undefined
  const { buffer: memory, byteOffset: start } = first
  if (memory !== last.buffer || memory.byteLength === Buffer.poolSize) return undefined
  return Buffer.from(memory, start, last.byteOffset + last.length - start).toString('latin1')
}
