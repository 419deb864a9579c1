/** Questions to Trooper, as `src/admin/views.ts` has them, and its answers. */
import type { ProblemView } from '../../src/admin/views.ts'

export type Answer<T> =
  | { ok: true; value: T }
  /** `status` 0: nobody answered. */
  | { ok: false; status: number; problem: string }

export interface Api {
  get<T>(path: string): Promise<Answer<T>>
  /** Asks for a change. */
  send<T>(method: 'POST' | 'PUT', path: string, body: object): Promise<Answer<T>>
  /** The stream of events, as long as `signal` lets it be. */
  events(signal: AbortSignal): Promise<Response>
}

export function createApi(fetch: typeof globalThis.fetch): Api {
  const ask = async <T>(path: string, init: RequestInit): Promise<Answer<T>> => {
    try {
      return await readAnswer<T>(await fetch(`/trooper/api/${path}`, init))
    } catch {
      return { ok: false, status: 0, problem: 'Trooper does not answer.' }
    }
  }
  return {
    get: (path) => ask(path, { headers: { accept: 'application/json' } }),
    send: (method, path, body) =>
      ask(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    events: (signal) => fetch('/trooper/api/events', { signal, headers: { accept: 'text/event-stream' } }),
  }
}

async function readAnswer<T>(response: Response): Promise<Answer<T>> {
  if (!response.ok) return { ok: false, status: response.status, problem: await problemOf(response) }
  const value: T = response.status === 204 ? undefined : await response.json()
  return { ok: true, value }
}

/** Trooper's own sentence, where it gave one. */
export async function problemOf(response: Response): Promise<string> {
  const otherwise = `Trooper answered ${response.status}.`
  try {
    const { error }: Partial<ProblemView> = await response.json()
    return error?.message ?? otherwise
  } catch {
    return otherwise
  }
}
