import { describe, expect, it } from 'vitest'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { clientDialects } from '../../src/dialects/registry.ts'

describe('the id of an answer that Trooper makes', () => {
  it.each<[ClientDialectName, string, string]>([
    ['anthropic', 'trooper-fallback-0123456789abcdef01234567', 'msg_0123456789abcdef01234567'],
    ['openai-chat', 'trooper-fallback-0123456789abcdef01234567', 'chatcmpl-0123456789abcdef01234567'],
    ['openai-responses', 'resp_trooper0123456789abcdef01234567', 'resp_trooper0123456789abcdef01234567'],
  ])('is free to say who answered only where the dialect leaves it free: %s', (dialect, fallback, first) => {
    expect(clientDialects[dialect].answerId('0123456789abcdef01234567', true)).toBe(fallback)
    expect(clientDialects[dialect].answerId('0123456789abcdef01234567', false)).toBe(first)
  })
})
