/** A line to a running Trooper, for as long as something is heard on it. */
import { longestSilenceMs } from '../admin/signs.ts'
import type { Clock } from '../clock.ts'

/** How it was lost: Trooper ended it, or nothing comes any more. */
export type LineEnd = 'ended' | 'silent'

/** Rejects where `open` does, which also waits no longer than that. */
export async function readAlong(
  open: (signal: AbortSignal) => Promise<Response>,
  take: (bytes: Uint8Array) => void,
  clock: Clock,
): Promise<LineEnd> {
  const silence = new AbortController()
  let cancel = (): void => {}
  const listen = (): void => {
    cancel()
    cancel = clock.after(longestSilenceMs, () => silence.abort())
  }
  listen()
  try {
    const { body } = await open(silence.signal)
    await readAll(body, (bytes) => {
      listen()
      take(bytes)
    })
  } finally {
    cancel()
  }
  return silence.signal.aborted ? 'silent' : 'ended'
}

async function readAll(body: Response['body'], take: (bytes: Uint8Array) => void): Promise<void> {
  try {
    for await (const bytes of body ?? []) take(bytes)
  } catch {
    // The line is lost.
  }
}
