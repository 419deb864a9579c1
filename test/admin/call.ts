/** Asks `/trooper/api` as a program or a browser would, with whatever headers a test wants. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createParser } from 'eventsource-parser'

export interface Called {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
}

export interface Sent {
  headers?: Record<string, string>
  /** As it is; a JSON body says that it is one. */
  body?: string
  json?: unknown
}

export async function call(method: string, url: string, { headers = {}, body, json }: Sent = {}): Promise<Called> {
  const said = json === undefined ? body : JSON.stringify(json)
  const about: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
  const asked = request(url, { method, headers: { ...about, ...headers } }).end(said)
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, headers: response.headers, text: await text(response) }
}

/** What a program of the owner's reads. */
export function tokenIn(folder: string): string {
  return readFileSync(join(folder, 'token'), 'utf8').trim()
}

export interface Told<Data> {
  event: string
  data: Data
  /** When it came. */
  atMs: number
}

/** Reads along until it leaves. */
export class Follower<Data> {
  readonly told: Told<Data>[] = []
  readonly ended: Promise<unknown>
  #onChange = (): void => {}
  readonly #leave: () => void

  private constructor(response: NodeJS.ReadableStream & { destroy(): void }) {
    const onEvent = ({ event = '', data }: { event?: string | undefined; data: string }): void => {
      this.told.push({ event, data: JSON.parse(data), atMs: Date.now() })
    }
    const parser = createParser({ onEvent })
    response.setEncoding('utf8').on('data', (chunk: string) => {
      parser.feed(chunk)
      this.#onChange()
    })
    this.ended = once(response, 'end')
    this.ended.catch(() => {})
    this.#leave = () => response.destroy()
  }

  static async open<Data>(url: string, headers: Record<string, string> = {}): Promise<Follower<Data>> {
    const [response] = await once(request(url, { headers }).end(), 'response')
    return new Follower(response)
  }

  /** The first event, of those so far and those to come, that is so. */
  async first(isIt: (told: Told<Data>) => boolean): Promise<Told<Data>> {
    for (;;) {
      const found = this.told.find(isIt)
      if (found) return found
      await new Promise<void>((resolve) => (this.#onChange = resolve))
    }
  }

  leave(): void {
    this.#leave()
  }
}
