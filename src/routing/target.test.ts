import { describe, expect, it } from 'vitest'
import { pathAt, readTargetUrl, speaks, type Target } from './target.ts'

describe('readTargetUrl', () => {
  it.each([
    ['https://api.anthropic.com/v1/messages', 'anthropic', 'https://api.anthropic.com', '/v1'],
    ['https://api.anthropic.com/v1/messages/', 'anthropic', 'https://api.anthropic.com', '/v1'],
    ['https://api.openai.com/v1/chat/completions', 'openai-chat', 'https://api.openai.com', '/v1'],
    ['https://api.groq.com/openai/v1/chat/completions', 'openai-chat', 'https://api.groq.com', '/openai/v1'],
    ['https://api.openai.com/v1/responses', 'openai-responses', 'https://api.openai.com', '/v1'],
    ['http://localhost:11434/api/chat', 'ollama', 'http://localhost:11434', ''],
    ['http://gpu.lan/ollama/api/chat', 'ollama', 'http://gpu.lan', '/ollama'],
    ['http://localhost:1234/chat/completions', 'openai-chat', 'http://localhost:1234', ''],
  ])('splits %s at its endpoint', (text, dialect, origin, base) => {
    expect(readTargetUrl(new URL(text))).toMatchObject({ dialect, url: { origin, base, query: '' } })
  })

  it.each([
    'http://localhost:11434',
    'http://localhost:11434/',
    'https://api.anthropic.com/v1',
    'http://x/api/generate',
  ])('knows no dialect of %s', (text) => {
    expect(readTargetUrl(new URL(text))).toBeUndefined()
  })

  it('keeps the query to ask with, and shows no user, password or query to people', () => {
    const read = readTargetUrl(
      new URL('https://me:hunter2@azure.example/v1/chat/completions?api-version=1&key=hunter3'),
    )
    expect(read?.url).toEqual({
      origin: 'https://azure.example',
      base: '/v1',
      query: '?api-version=1&key=hunter3',
      text: 'https://azure.example/v1/chat/completions',
    })
  })
})

function target(text: string): Target {
  const read = readTargetUrl(new URL(text))
  if (!read) throw new Error(`no target: ${text}`)
  return { name: 'primary', kind: 'cloud', speaks: [read.dialect], ...read }
}

describe('pathAt', () => {
  it.each([
    ['https://api.anthropic.com/v1/messages', '?beta=true', '/v1/messages?beta=true'],
    ['https://api.anthropic.com/v1/messages', '', '/v1/messages'],
    ['https://azure.example/v1/messages?api-version=1', '', '/v1/messages?api-version=1'],
    ['https://azure.example/v1/messages?api-version=1', '?beta=true', '/v1/messages?api-version=1&beta=true'],
  ])('of %s with the query %j is %s', (text, query, path) => {
    expect(pathAt(target(text), '/messages', query)).toBe(path)
  })
})

describe('speaks', () => {
  it('knows every dialect of a target and no other', () => {
    const both: Target = {
      ...target('https://api.openai.com/v1/responses'),
      speaks: ['openai-chat', 'openai-responses'],
    }
    expect(speaks(both, 'openai-chat')).toBe(true)
    expect(speaks(both, 'anthropic')).toBe(false)
  })
})
