import { expect, it } from 'vitest'
import { createAnnouncer } from './announce.ts'

it('says of each request where it came, without its query, and whether it wants a stream', () => {
  const said: string[] = []
  const say = (text: string): void => void said.push(text)
  const announce = createAnnouncer({ info: say, warn: say, error: say })
  announce('/v1/messages?key=secret', true)
  announce('/v1/messages', true)
  announce('/v1/messages', true)
  announce('/v1/messages', false)
  expect(said).toEqual([
    '📥 POST /v1/messages (stream=true)',
    '📥 POST /v1/messages (stream=true)',
    '📥 POST /v1/messages (stream=true)',
    '📥 POST /v1/messages (stream=false)',
  ])
})
