import { describe, expect, it } from 'vitest'
import { isKeepAlive } from './keep-alive.ts'

const ping = 'event: ping\ndata: {"type": "ping"}\n\n'

describe('frames that only say that somebody is there', () => {
  it.each([
    ping,
    ping + ping,
    'event: ping\r\ndata: {"type":"ping"}\r\n\r\n',
    'data: {"type":"ping"}\n\n',
    ': keep-alive\n\n',
    ':\n\n',
    ': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n',
    `: one\n\n${ping}`,
    'event: keepalive\ndata: {"type":"keepalive","sequence_number":3}\n\n',
    'data: {"type":"keepalive","sequence_number":3}\n\n',
  ])('are %j', (frames) => {
    expect(isKeepAlive(Buffer.from(frames))).toBe(true)
  })

  it.each([
    'event: content_block_delta\ndata: {"type":"content_block_delta"}\n\n',
    `${ping}event: content_block_delta\ndata: {"type":"content_block_delta"}\n\n`,
    ': comment\n\ndata: {"choices":[]}\n\n',
    'data: {"type":"response.output_text.delta","delta":"ping"}\n\n',
    'data: {"id":"1","choices":[{"delta":{"content":": ping"}}]}\n\n',
    'event: pingpong\ndata: {}\n\n',
    `: ${'x'.repeat(1000)}\n\n`,
  ])('are not %j', (frames) => {
    expect(isKeepAlive(Buffer.from(frames))).toBe(false)
  })
})
