/** The page's files as Trooper serves them, over an API that says what a test wants it to say; typed by the contract. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { openAssets } from '../../src/admin/assets.ts'
import type { ApiEvent, DayView, DrillView, StatusView } from '../../src/admin/views.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { leave, ownPort } from '../own-port.ts'

export interface FakeApi {
  url: string
  /** What is answered from now on. */
  says: Said
  /** Changes that the page asked for: `PUT override {"mode":"local"}`. */
  asked: string[]
  /** To every page that listens. */
  tell: (event: ApiEvent) => void
  /** Ends every connection, and takes no more of them. */
  goAway: () => Promise<void>
  comeBack: () => Promise<void>
  stop: () => Promise<void>
}

export interface Said {
  status: StatusView
  /** Newest first. */
  exchanges: Entry[]
  days: DayView[]
  drill: DrillView
  /** Without it in a cookie, nothing is told. */
  token?: string
  /** Everything but the events fails with it. */
  problem?: string
  /** The events are refused with it. */
  refusal?: string
  /** The events do not come. */
  isSlow?: boolean
  /** How many exchanges a page of the list has. */
  pageSize?: number
}

export async function startFakeApi(says: Said): Promise<FakeApi> {
  const assets = openAssets()
  const listeners = new Set<ServerResponse>()
  const asked: string[] = []
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (!url.pathname.startsWith('/trooper/api/')) return assets.answer(request, response, url.pathname)
    const path = url.pathname.slice('/trooper/api/'.length)
    const { token } = fake.says
    if (path !== 'login' && token !== undefined && request.headers.cookie !== `token=${token}`)
      return problem(response, 401, 'Trooper wants its token.')
    if (path === 'events') return listen(response)
    if (fake.says.problem !== undefined) return problem(response, 500, fake.says.problem)
    if (request.method === 'GET') return read(response, path, url.searchParams)
    void bodyOf(request).then((body) => change(response, `${request.method} ${path}`, body))
  }

  const listen = (response: ServerResponse): void => {
    if (fake.says.isSlow) return
    if (fake.says.refusal !== undefined) return problem(response, 503, fake.says.refusal)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(frameOf({ event: 'status', data: fake.says.status }))
    listeners.add(response)
    response.on('close', () => listeners.delete(response))
  }

  const read = (response: ServerResponse, path: string, query: URLSearchParams): void => {
    const { exchanges, days, drill, pageSize = 200 } = fake.says
    if (path === 'days') return json(response, { days })
    if (path === 'drill') return json(response, drill)
    if (path === 'exchanges') {
      const from = exchanges.findIndex(({ id }) => id === query.get('before')) + 1
      const page = exchanges.slice(from, from + pageSize)
      const before = from + pageSize < exchanges.length ? page.at(-1)?.id : undefined
      return json(response, { exchanges: page, ...(before !== undefined && { before }) })
    }
    const entry = exchanges.find(({ id }) => path === `exchanges/${id}`)
    return entry ? json(response, entry) : problem(response, 404, `There is no ${path}.`)
  }

  const change = (response: ServerResponse, what: string, body: string): void => {
    asked.push(`${what} ${body}`)
    if (what !== 'POST login') return json(response, { target: 'x', state: 'loading', due: [] })
    if (JSON.parse(body).token !== fake.says.token)
      return problem(response, 401, 'That is not the token of this Trooper.')
    response.setHeader('set-cookie', `token=${fake.says.token}; Path=/; HttpOnly; SameSite=Strict`)
    response.writeHead(204).end()
  }

  const server = createServer(handle)
  const port = await ownPort()
  await listenOn(server, port)
  const fake: FakeApi = {
    url: `http://127.0.0.1:${port}`,
    says,
    asked,
    tell: (event) => {
      for (const listener of listeners) listener.write(frameOf(event))
    },
    goAway: () => leave(server),
    comeBack: () => listenOn(server, port),
    stop: () => leave(server),
  }
  return fake
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

function frameOf({ event, data }: ApiEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function problem(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
