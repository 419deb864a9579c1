/** The line to a fake's admin paths. Tests ask there tens of thousands of times, and `fetch` would take ten times as long for it. */

import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

export class AdminLine {
  readonly #url: string
  #agent = new Agent({ keepAlive: true })

  constructor(url: string) {
    this.#url = url
  }

  /** What is answered; an answer that is no success is an error. */
  async ask(path: string, body?: object): Promise<string> {
    const asked = request(this.#url + path, { agent: this.#agent, method: body === undefined ? 'GET' : 'POST' })
    asked.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = await once(asked, 'response')
    const said = await text(response)
    if (response.statusCode !== 200) throw new Error(`The fake refused ${path}: ${said}`)
    return said
  }

  /** Before the other end closes its connections: none of them is used again. */
  renew(): void {
    this.#agent.destroy()
    this.#agent = new Agent({ keepAlive: true })
  }
}
