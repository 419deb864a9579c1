/** A local server of a few endpoints, in the process of the test, and what an engine needs to ask it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Clock } from '../src/clock.ts'
import type { Kit } from '../src/engines/kit.ts'
import type { DialectName } from '../src/ir/request.ts'
import { endpointPaths, type Target } from '../src/routing/target.ts'
import { createPools } from '../src/upstream/pools.ts'
import { noTokenizers } from './no-tokenizers.ts'

/** `answers`: by method and path, without the query: a body that is served with 200, or a status and a body. */
export type Answers = Record<string, Answer | ((body: unknown) => Answer)>
type Answer = string | object | [status: number, body: string | object]

export interface LocalServer {
  origin: string
  kit: Kit
  /** Everything it was asked, in order: method, path with its query, and body. */
  asked: { path: string; body: unknown }[]
  answers: Answers
  /** Moves the clock. */
  pass(ms: number): void
  target(dialect: DialectName, base: string, model?: string): Target
  stop(): Promise<void>
}

const gib = 1024 ** 3

export async function startLocalServer(
  answers: Answers,
  serverName = 'test',
  kit: Partial<Kit> = {},
): Promise<LocalServer> {
  const asked: LocalServer['asked'] = []
  const there: Answers = { ...answers }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    request.on('end', () => {
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      const path = `${request.method} ${request.url}`
      asked.push({ path, body })
      const known = there[path.split('?')[0] ?? ''] ?? there['*'] ?? [404, '404 page not found']
      const answer = typeof known === 'function' ? known(body) : known
      const [status, said] = Array.isArray(answer) ? answer : [200, answer]
      response.writeHead(status, { server: serverName }).end(typeof said === 'string' ? said : JSON.stringify(said))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const pools = createPools(1000)
  let nowMs = 0
  const clock: Clock = { now: () => nowMs, after: () => () => {} }
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const machine = { total: () => 32 * gib, free: () => 24 * gib }
  return {
    origin,
    kit: { pools, clock, log, machine, contextMax: undefined, tokenizers: noTokenizers, ...kit },
    asked,
    answers: there,
    pass: (ms) => void (nowMs += ms),
    target: (dialect, base, model = 'small') => ({
      name: `local/${model}`,
      kind: 'local',
      dialect,
      speaks: [dialect],
      url: { origin, base, query: '', text: `${origin}${base}${endpointPaths[dialect]}` },
      model,
    }),
    stop: async () => {
      await pools.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}
