/** The line of the log that says of a conversation that it was asked for. */
import type { Log } from '../observe/log/log.ts'

/** `url`: as it was asked; its query may hold a key, and is not said. */
export type Announce = (url: string, isStream: boolean) => void

/** Most requests are like the one before them: what is said of them is made once, so that the log knows it again. */
export function createAnnouncer(log: Log): Announce {
  let last = { url: '', isStream: false, words: '' }
  return (url, isStream) => {
    if (url !== last.url || isStream !== last.isStream)
      last = { url, isStream, words: `📥 POST ${url.split('?')[0]} (stream=${isStream})` }
    log.info(last.words)
  }
}
