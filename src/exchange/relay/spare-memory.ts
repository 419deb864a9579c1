/**
 * Memory of streams that are over, for those that come. What is allocated for each anew counts with V8 as growth, although it is soon
 * thrown away: the whole heap was collected at every 80 streams, which cost each of their chunks 2 to 3 µs.
 */

const smallest = 2048
const largest = 64 * 1024
/** Of each size; all of them together are 8 MB. */
const mostSpare = 64

const spare = new Map<number, Buffer[]>()

/** At least so many bytes, which say whatever they said last: none may be read that was not written before. */
export function takeMemory(bytes: number): Buffer {
  const size = 2 ** Math.ceil(Math.log2(Math.max(smallest, bytes)))
  return spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size)
}

/** It is never looked at again, nor is any part of it. */
export function giveMemory(memory: Buffer): void {
  const size = memory.length
  if (size < smallest || size > largest) return
  const alike = spare.get(size) ?? []
  if (alike.length < mostSpare) alike.push(memory)
  spare.set(size, alike)
}
