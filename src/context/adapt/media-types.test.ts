import { describe, expect, it } from 'vitest'
import { takesFile } from './media-types.ts'

const inline = (mediaType: string) => ({ type: 'file', mediaType, data: { from: 'base64', data: 'AA==' } }) as const
const byUrl = (mediaType: string) =>
  ({ type: 'file', mediaType, data: { from: 'url', url: 'https://x.example' } }) as const

describe('the files that a dialect takes', () => {
  it.each([
    ['anthropic', 'image/png', true],
    ['anthropic', 'image/svg+xml', false],
    ['anthropic', 'application/pdf', true],
    ['anthropic', 'audio/wav', false],
    ['openai-chat', 'application/pdf', true],
    ['openai-chat', 'application/msword', false],
    ['openai-chat', 'audio/wav', true],
    ['openai-responses', 'application/msword', true],
    ['openai-responses', 'audio/wav', false],
    ['openai-responses', 'image/heic', false],
    ['ollama', 'image/jpeg', true],
    ['ollama', 'application/pdf', false],
  ] as const)('%s: %s in the request: %s', (dialect, mediaType, isTaken) => {
    expect(takesFile(dialect, inline(mediaType))).toBe(isTaken)
  })

  it.each([
    ['anthropic', 'application/pdf', true],
    ['openai-chat', 'image/*', true],
    ['openai-chat', 'application/pdf', false],
    ['openai-responses', 'application/pdf', true],
    ['ollama', 'image/*', false],
  ] as const)('%s: %s by its address: %s', (dialect, mediaType, isTaken) => {
    expect(takesFile(dialect, byUrl(mediaType))).toBe(isTaken)
  })
})
