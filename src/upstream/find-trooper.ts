/** The Trooper that listens at a place already, whoever started it. */
import { lookup } from 'node:dns/promises'
import { isObject, parseJson, stringOf } from '../ir/json.ts'
import { answerChallenge, challengeHeader, newChallenge, proofHeader } from '../state/install-proof.ts'

/** Only whoever takes a connection and says nothing is waited for so long: a Trooper on a busy machine. */
const patienceMs = 5000

interface Found {
  url: string
  version: string
  /** What it answered to the word that it was asked with. */
  proof: string | undefined
}

export function findTrooper(host: string, port: number): Promise<Found | undefined> {
  return ask(urlAt(host, port), {})
}

/**
 * The same, and whether it is one of the installation that has this token: whoever took the port may say that he is Trooper. It is asked at
 * one address, and is to be reached there by it, as another address of the same name may be somebody else's.
 */
export async function findOwnTrooper(
  host: string,
  port: number,
  installToken: string | undefined,
): Promise<{ url: string; isOwn: boolean } | undefined> {
  const address = await addressOf(host)
  const challenge = newChallenge()
  const found = await ask(urlAt(address, port), { [challengeHeader]: challenge })
  if (!found) return undefined
  const expected = installToken && answerChallenge(installToken, challenge, hereOf(address), port)
  return { url: found.url, isOwn: expected !== undefined && found.proof === expected }
}

async function ask(url: string, headers: Record<string, string>): Promise<Found | undefined> {
  try {
    const answer = await fetch(`${url}/healthz`, { headers, signal: AbortSignal.timeout(patienceMs) })
    const health = parseJson(await answer.text())
    if (!isObject(health) || health['name'] !== 'trooper') return undefined
    return { url, version: stringOf(health['version']) ?? '', proof: answer.headers.get(proofHeader) ?? undefined }
  } catch {
    return undefined
  }
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch {
    return host
  }
}

/** One that listens everywhere is asked on this machine. */
export function urlAt(host: string, port: number): string {
  const name = hereOf(host)
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function hereOf(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
}
