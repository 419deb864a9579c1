import { describe, expect, it } from 'vitest'
import { redact } from './redact.ts'

const keys = [
  'sk-ant-api03-abcdefghijklmnopqrstuvwxyz',
  'sk-proj-Abc_def-0123456789abcdef',
  'gsk_0123456789abcdefghij',
  'AIzaSyA0123456789abcdefghijklmnopqrstuv',
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_0123456789abcdefghij',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk',
]

describe('what is taken out before a person reads along', () => {
  it.each(keys)('a key: %s', (key) => {
    expect(redact(`use ${key} for it`)).toBe('use [hidden] for it')
    expect(redact(JSON.stringify({ text: key }))).not.toContain(key)
  })

  it.each([
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [hidden]'],
    ['{"type":"mcp","authorization":"abc123def"}', '{"type":"mcp","authorization":"[hidden]"}'],
    ['{"authorization_token":"abc123def"}', '{"authorization_token":"[hidden]"}'],
    ['{"password": "correct horse"}', '{"password": "[hidden] horse"}'],
    ['API_KEY=abcdef123456 npm start', 'API_KEY=[hidden] npm start'],
    ['postgres://me:hunter22@db/x', 'postgres://me:[hidden]@db/x'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----', '[hidden]'],
    ['-----BEGIN PRIVATE KEY-----\ncut off', '[hidden]'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean)
  })

  it.each(['bearer', 'token', ''])(
    'a key behind very many blanks, in no more time than any other text (%s)',
    (word) => {
      const blanks = ' '.repeat(200_000)
      expect(redact(`${word}${blanks}${keys[0]}`)).toBe(`${word}${blanks}[hidden]`)
    },
  )

  it.each([
    'The token count is 12.',
    'a password manager',
    'skeleton-key',
    'https://example.com/a?b=c',
    'max_tokens: 4096',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toBe(text)
  })
})
