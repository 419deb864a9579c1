/** An exchange without sockets: the real code between scripted targets and a client that keeps what it gets. */
import { createFitting } from '../../src/context/fit/fitting.ts'
import { createMcpServers } from '../../src/mcp-client/connect/servers.ts'
import { createMargins } from '../../src/context/count/margins.ts'
import { Pool, type Dispatcher } from 'undici'
import { nothingKnown } from '../fakes/nothing-known.ts'
import { unaskedEngines, unaskedLocals } from '../fakes/unasked-engines.ts'
import { createHandBack } from '../../src/exchange/relay/hand-back.ts'
import { runExchange } from '../../src/exchange/exchange.ts'
import { createLossBook } from '../../src/exchange/translate/losses.ts'
import type { Services } from '../../src/exchange/outcome.ts'
import type { Reply } from '../../src/exchange/reply/reply.ts'
import { createTimes } from '../../src/exchange/timeouts.ts'
import { noTranscripts } from '../../src/exchange/responses/transcripts.ts'
import type { Log } from '../../src/observe/log/log.ts'
import { readTargetUrl, type Target } from '../../src/routing/target.ts'
import type { SseClientName } from '../conformance/demand.ts'

/** What a target sends, with status 200, and whether its connection breaks behind it. */
export interface Script {
  type: string
  chunks: readonly Buffer[]
  breaks: boolean
}

/** Never connects: every call is answered by its script. */
class ScriptedPool extends Pool {
  #script: Script = { type: '', chunks: [], breaks: true }

  play(script: Script): void {
    this.#script = script
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    queueMicrotask(() => {
      const { type, chunks, breaks } = this.#script
      const head = ['content-type', type, 'transfer-encoding', 'chunked'].map((text) => Buffer.from(text))
      handler.onConnect?.(() => {})
      handler.onResponseStarted?.()
      handler.onHeaders?.(200, head, () => {}, 'OK')
      for (const chunk of chunks) handler.onData?.(chunk)
      if (breaks) handler.onError?.(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
      else handler.onComplete?.([])
    })
    return true
  }
}

const primaryPool = new ScriptedPool('http://primary.test')
const localPool = new ScriptedPool('http://local.test')

/** What the client has in the end. */
export interface Received {
  status: number
  headers: string[]
  text: string
}

const endpoints: Readonly<Record<SseClientName, string>> = {
  anthropic: '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
}

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }
const clock = { now: () => 0, after: () => () => {} }

function target(name: string, kind: Target['kind'], url: string): Target {
  const found = readTargetUrl(new URL(url))
  if (!found) throw new Error(`${url} is no endpoint.`)
  return { name, kind, ...found, speaks: [found.dialect], ...(kind === 'local' && { model: 'm' }) }
}

/** Asks in one dialect a primary of the same, and if need be the local model behind it; one exchange at a time. */
export async function exchange(
  dialect: SseClientName,
  body: object,
  primary: Script,
  local: Script,
): Promise<Received> {
  primaryPool.play(primary)
  localPool.play(local)
  const chain = [
    target('primary', 'cloud', `http://primary.test${endpoints[dialect]}`),
    target('local', 'local', 'http://local.test/api/chat'),
  ] as const
  const services: Services = {
    chains: { anthropic: chain, 'openai-chat': chain, 'openai-responses': chain, ollama: chain },
    policy: { quotaStatusCodes: [429], waitMaxMs: 0, localMs: 0 },
    times: createTimes({
      connectMs: 1,
      headMs: 1,
      wholeAnswerMs: 1,
      firstContentMs: 1,
      stallMs: 1,
      thinkingMs: 1,
      localMs: 1,
      exchangeMs: 1,
      onSlow: 'wait',
    }),
    seam: true,
    ...nothingKnown(clock),
    pools: {
      at: (origin) => (origin.includes('primary') ? primaryPool : localPool),
      destroy: () => Promise.resolve(),
    },
    engines: unaskedEngines,
    locals: unaskedLocals,
    margins: createMargins(),
    fitting: createFitting('extractive'),
    images: { fetch: () => Promise.resolve(undefined), destroy: () => Promise.resolve() },
    mcp: createMcpServers([], clock),
    handBack: createHandBack(false),
    transcripts: noTranscripts,
    modelLists: new Map(),
    lossesAt: createLossBook(silent),
    clock,
    log: silent,
    unique: () => '0123456789abcdef01234567',
  }
  const received: Received & { pieces: Buffer[] } = { status: 0, headers: [], text: '', pieces: [] }
  const incoming = { dialect, query: '', headers: [], body: Buffer.from(JSON.stringify(body)), asksForStream: true }
  await runExchange(services, incoming, replyInto(received))
  return { ...received, text: Buffer.concat(received.pieces).toString('utf8') }
}

function replyInto(received: Received & { pieces: Buffer[] }): Reply {
  const take = (chunk: Buffer | string): void => void received.pieces.push(Buffer.from(chunk))
  return {
    isGone: false,
    onGone: () => {},
    onDrain: () => {},
    flushHead: () => {},
    abort: () => {},
    head: (status, _message, headers) => {
      received.status = status
      received.headers = headers
    },
    write: (chunk) => {
      take(chunk)
      return true
    },
    end: (chunk) => {
      if (chunk !== undefined) take(chunk)
    },
  }
}
