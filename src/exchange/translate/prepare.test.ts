import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../ir/request.ts'
import { fetchImages } from './prepare.ts'
import { plainRequest } from '../../../test/plain-request.ts'

const image = (url: string): ChatRequest['messages'][number] => ({
  role: 'user',
  content: [{ type: 'file', mediaType: 'image/*', data: { from: 'url', url } }],
})
const request: ChatRequest = {
  ...plainRequest,
  model: 'm',
  stream: false,
  messages: Array.from({ length: 30 }, (_, at) => image(`https://x.example/${at}.png`)),
}

describe('the images that a conversation names', () => {
  it('are fetched from the latest on, a few at once, and no more of them than a model can look at', async () => {
    let open = 0
    let most = 0
    const fetched = await fetchImages(request, {
      fetch: async () => {
        most = Math.max(most, ++open)
        await Promise.resolve()
        open -= 1
        return { mediaType: 'image/png', base64: 'AA==' }
      },
      destroy: () => Promise.resolve(),
    })
    expect([...fetched.keys()].map((url) => Number(/(\d+)\.png/.exec(url)?.[1]))).toEqual(
      Array.from({ length: 20 }, (_, at) => 29 - at),
    )
    expect(most).toBe(4)
  })

  it('are given up when together they are larger than what a request can hold', async () => {
    const base64 = 'A'.repeat(15 * 1024 * 1024)
    const fetched = await fetchImages(request, {
      fetch: () => Promise.resolve({ mediaType: 'image/png', base64 }),
      destroy: () => Promise.resolve(),
    })
    expect(fetched.size).toBe(4)
  })
})
