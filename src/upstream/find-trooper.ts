/** The Trooper that listens at a place already, whoever started it. */
import { isObject, parseJson, stringOf } from '../ir/json.ts'

/** Only whoever takes a connection and says nothing is waited for so long: a Trooper on a busy machine. */
const patienceMs = 5000

export async function findTrooper(host: string, port: number): Promise<{ url: string; version: string } | undefined> {
  const url = urlAt(host, port)
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(patienceMs) })
    const health = parseJson(await answer.text())
    if (!isObject(health) || health['name'] !== 'trooper') return undefined
    return { url, version: stringOf(health['version']) ?? '' }
  } catch {
    return undefined
  }
}

/** One that listens everywhere is asked on this machine. */
export function urlAt(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
