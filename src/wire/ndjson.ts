/** Newline-delimited JSON: bytes to frames. */
import type { Frame, FrameDecoder } from './sse.ts'

/** Gives the same frames for any chunking of the same bytes. Each byte is looked at once; a line over many chunks is joined once. */
export function createNdjsonDecoder(onFrame: (frame: Frame) => void): FrameDecoder {
  const text = new TextDecoder()
  let partial: string[] = []

  const line = (data: string): void => {
    if (data.trim() !== '') onFrame({ data })
  }

  const feedText = (chunk: string): void => {
    let from = 0
    for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', from)) {
      const tail = chunk.slice(from, at)
      line(partial.length === 0 ? tail : partial.join('') + tail)
      partial = []
      from = at + 1
    }
    if (from < chunk.length) partial.push(chunk.slice(from))
  }

  return {
    feed: (bytes) => feedText(text.decode(bytes, { stream: true })),
    end: () => {
      feedText(text.decode())
      line(partial.join(''))
      partial = []
    },
  }
}
