import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { readAlong } from './read-along.ts'

const longestMs = 40_000

/** A line on which a test says what comes. */
function begin() {
  const clock = new FakeClock()
  const heard: string[] = []
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const end = readAlong(
    (signal) => {
      signal.addEventListener('abort', () => void writer.abort(new Error('aborted')))
      return Promise.resolve(new Response(readable))
    },
    (bytes) => heard.push(new TextDecoder().decode(bytes)),
    clock,
  )
  return { clock, heard, writer, end, say: (text: string) => writer.write(new TextEncoder().encode(text)) }
}

describe('a line to a running Trooper', () => {
  it('is silent when nothing has come on it for forty seconds, not even a sign', async () => {
    const { clock, heard, end, say } = begin()
    await say('status')
    await expect.poll(() => heard).toEqual(['status'])
    clock.advance(longestMs - 1)
    await say(': still here')
    await expect.poll(() => heard).toHaveLength(2)
    clock.advance(longestMs - 1)
    expect(clock.pending).toBe(1)
    clock.advance(1)
    expect(await end).toBe('silent')
    expect(clock.pending).toBe(0)
  })

  it('has ended when Trooper ends it, or breaks', async () => {
    const { clock, writer, end } = begin()
    await writer.close()
    expect(await end).toBe('ended')
    expect(clock.pending).toBe(0)
    const broken = begin()
    await broken.writer.abort(new Error('broken'))
    expect(await broken.end).toBe('ended')
  })

  it('is none where Trooper takes the connection and says nothing', async () => {
    const clock = new FakeClock()
    const end = readAlong(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('no answer')))),
      () => {},
      clock,
    )
    clock.advance(longestMs)
    await expect(end).rejects.toThrow('no answer')
  })
})
