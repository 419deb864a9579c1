import { describe, expect, it } from 'vitest'
import { createProofCheck, digestOf, prove, provenDigest, type ProvenRequest } from './install-proof.ts'

const token = 'the token of an installation'
const asked: ProvenRequest = { method: 'PUT', path: '/trooper/api/override?x=1', by: 'terminal' }
const body = '{"mode":"local"}'
const nowMs = 1_790_000_000_000

describe('a proof of the token', () => {
  it('is good, says nothing of the token, and is another one each time', () => {
    const proof = prove(token, asked, body, nowMs)
    expect(createProofCheck(token)(proof, asked, nowMs)).toBe(true)
    expect(provenDigest(proof)).toBe(digestOf(body))
    expect(proof).not.toContain(token)
    expect(prove(token, asked, body, nowMs)).not.toBe(proof)
  })

  it.each<[string, Partial<ProvenRequest>]>([
    ['another way', { method: 'POST' }],
    ['another path', { path: '/trooper/api/override' }],
    ['another hand', { by: 'agent' }],
  ])('is not good for %s', (_, other) => {
    expect(createProofCheck(token)(prove(token, asked, body, nowMs), { ...asked, ...other }, nowMs)).toBe(false)
  })

  it('is good once', () => {
    const check = createProofCheck(token)
    const proof = prove(token, asked, body, nowMs)
    expect(check(proof, asked, nowMs)).toBe(true)
    expect(check(proof, asked, nowMs + 1)).toBe(false)
  })

  it.each([-60_001, 60_001, 3_600_000])('is good for a minute, not %s ms later', (laterMs) => {
    expect(createProofCheck(token)(prove(token, asked, body, nowMs), asked, nowMs + laterMs)).toBe(false)
  })

  it('is not good with another token, another body or in another shape', () => {
    const check = createProofCheck(token)
    const proof = prove(token, asked, body, nowMs)
    const [time, word, , signature] = proof.split('.')
    for (const bad of [
      prove('another', asked, body, nowMs),
      `${time}.${word}.${digestOf('{}')}.${signature}`,
      proof.slice(0, -1),
      `${proof}.`,
      '',
      token,
    ])
      expect(check(bad, asked, nowMs), bad).toBe(false)
    expect(check(proof, asked, nowMs)).toBe(true)
  })
})
