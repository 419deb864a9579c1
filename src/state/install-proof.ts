/**
 * Shows that a program can read the token of this installation, and not the token: whoever listens at Trooper's port may be another user's
 * program that took it. What it is sent is good for one request, this one, once and for a minute: the way, the path, the body and the hand for
 * which it is asked are part of it. Passed on to the true Trooper, it does what its sender wanted, and nothing else.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Hand } from '../ir/hand.ts'

/** Epoch milliseconds, a random word, the digest of the body and the signature, with full stops between them. */
export const proofHeader = 'x-trooper-proof'

export interface ProvenRequest {
  method: string
  /** With its query, from the first slash on. */
  path: string
  by: Hand
}

/** Both are programs of one machine nearly always, and so have one clock. */
const goodForMs = 60_000
const shape = /^(\d{1,15})\.([\w-]{22})\.([\w-]{43})\.([\w-]{43})$/

export function digestOf(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url')
}

export function prove(token: string, asked: ProvenRequest, body: string, nowMs: number): string {
  const said = `${nowMs}.${randomBytes(16).toString('base64url')}.${digestOf(body)}`
  return `${said}.${sign(token, asked, said).toString('base64url')}`
}

/** A random word that a program asks of whoever says to be Trooper; the answer stands in {@link proofHeader}. */
export const challengeHeader = 'x-trooper-challenge'

const challengeShape = /^[\w-]{22}$/

export function newChallenge(): string {
  return randomBytes(16).toString('base64url')
}

/**
 * What a Trooper of this installation answers. `address` and `port`: where it was asked, so that an answer which somebody else fetched from
 * it is none at his own place. `undefined` for a word that nobody asks.
 */
export function answerChallenge(token: string, challenge: string, address: string, port: number): string | undefined {
  if (!challengeShape.test(challenge)) return undefined
  // It begins with no digit, and so can pass for no signature of a request.
  const said = ['here', challenge, address.replace(/^::ffff:/, ''), port].join('\n')
  return createHmac('sha256', token).update(said).digest('base64url')
}

function sign(token: string, { method, path, by }: ProvenRequest, said: string): Buffer {
  return createHmac('sha256', token).update([said, method, path, by].join('\n')).digest()
}

/** The digest of the body that a proof is for. */
export function provenDigest(proof: string): string | undefined {
  return shape.exec(proof)?.[3]
}

/** False also of one that was seen before. */
type ProofCheck = (proof: string, asked: ProvenRequest, nowMs: number) => boolean

export function createProofCheck(token: string): ProofCheck {
  /** The words of good ones, in their order, until they are too old anyway. */
  const seen = new Map<string, number>()
  return (proof, asked, nowMs) => {
    const [, sinceText = '', word = '', digest = '', signature = ''] = shape.exec(proof) ?? []
    const sinceMs = Number(sinceText)
    if (word === '' || Math.abs(nowMs - sinceMs) > goodForMs || seen.has(word)) return false
    const expected = sign(token, asked, `${sinceText}.${word}.${digest}`)
    const given = Buffer.from(signature, 'base64url')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
    for (const [old, forgetAtMs] of seen) {
      if (forgetAtMs > nowMs) break
      seen.delete(old)
    }
    // From a clock that goes ahead it is good for longer.
    seen.set(word, nowMs + 2 * goodForMs)
    return true
  }
}
