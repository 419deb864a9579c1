/** Asks `/trooper/api` of the Trooper that runs in another process: nobody who took its port is shown the token of the installation. */
import { byHeader, type Hand } from '../ir/hand.ts'
import { proofHeader, prove } from '../state/install-proof.ts'

export interface TrooperCall {
  method: string
  /** Begins after `/trooper/api`, with its query. */
  path: string
  body?: object | undefined
  by: Hand
  signal?: AbortSignal
}

export interface Secrets {
  /** `undefined`: it cannot be read here. */
  installToken: string | undefined
  /** `TROOPER_TOKEN`: every app shows it to whoever listens there. */
  token: string | undefined
}

/** Rejects where nobody answers. */
export async function callTrooper(url: string, call: TrooperCall, { installToken, token }: Secrets): Promise<Response> {
  const { method, body, by, signal } = call
  const path = `/trooper/api${call.path}`
  const text = body === undefined ? '' : JSON.stringify(body)
  const send = (secret: Record<string, string>): Promise<Response> =>
    fetch(url + path, {
      method,
      headers: { [byHeader]: by, ...(body !== undefined && { 'content-type': 'application/json' }), ...secret },
      ...(body !== undefined && { body: text }),
      ...(signal && { signal }),
    })
  const bearer = token === undefined ? undefined : { authorization: `Bearer ${token}` }
  if (installToken === undefined) return send(bearer ?? {})
  const answer = await send({ [proofHeader]: prove(installToken, { method, path, by }, text, Date.now()) })
  // Of another installation, or on a machine with another time.
  if (answer.status !== 401 || !bearer) return answer
  await answer.body?.cancel()
  return send(bearer)
}
