/** Server-Sent Events: bytes to frames and back. */
import { createParser } from 'eventsource-parser'

/** One unit of a streamed body: an SSE event, or a line of NDJSON (which has no name). */
export interface Frame {
  event?: string
  data: string
}

export interface FrameDecoder {
  feed(bytes: Uint8Array): void
  /** Says that no more bytes come; a last frame without its blank line is not a frame (WHATWG HTML 9.2.6). */
  end(): void
}

/** A frame larger than this is no model's output; the decoder gives up rather than buffer it. */
const maxFrameCharacters = 32 * 1024 * 1024

/** Gives the same frames for any chunking of the same bytes, also inside a UTF-8 character. */
export function createSseDecoder(onFrame: (frame: Frame) => void): FrameDecoder {
  const text = new TextDecoder()
  const parser = createParser({
    onEvent: ({ event, data }) => onFrame(event === undefined ? { data } : { event, data }),
    maxBufferSize: maxFrameCharacters,
  })
  return {
    feed: (bytes) => parser.feed(text.decode(bytes, { stream: true })),
    end: () => {},
  }
}

/** The frames that end in these bytes. */
export function readSse(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = []
  createSseDecoder((frame) => frames.push(frame)).feed(bytes)
  return frames
}

/** An event with its name, as Messages and Responses clients need it (providers.md 3.2: without `event:` lines nothing is seen). */
export function sseEvent(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`
}

/** An event without a name, as Chat Completions streams have it. */
export function sseData(data: string): string {
  return `data: ${data}\n\n`
}
