/** A connection to one MCP server, opened when it is first needed; several things may be asked over it at once. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type * as sdkTypes from '@modelcontextprotocol/client'
import type { Clock } from '../../clock.ts'
import type { McpFault, McpResult } from '../../ir/answer.ts'
import { parseExact } from '../../ir/exact-json.ts'
import { isObject, parseJson, type JsonObject } from '../../ir/json.ts'
import type { McpCall, McpList, McpServer, McpTool } from '../../ir/mcp.ts'
import { version } from '../../version.ts'
import { boundList, type ListBound } from '../bound-list.ts'
import { readResult } from '../read-result.ts'
import { Guarded, guardedFetch } from './guarded-fetch.ts'

export interface McpConnection {
  /** Never rejects: what goes wrong is in the list. */
  list(signal: AbortSignal): Promise<McpList>
  /** Never rejects: what goes wrong is the result. */
  call(call: McpCall, tool: McpTool, signal: AbortSignal): Promise<McpResult>
  close(): void
}

type Sdk = typeof sdkTypes

/** An open connection; `end` takes leave of the server where that has a session. */
interface Open {
  client: sdkTypes.Client
  end: () => Promise<void>
}

/** Something that the server is asked. */
interface Question {
  /** Gives it up. */
  controller: AbortController
  /** It has its answer, or none. */
  isOver: boolean
  /** The wait for an answer whose stream has ended. */
  cancelEnd: () => void
}

/** A connection, open or not yet, and what is asked over it. */
interface Line {
  opening: Promise<Open>
  questions: Set<Question>
  /** Nothing more is asked over it: it ends with its last question. */
  isLeft: boolean
}

/** More than any result that a model can read, images included. */
const largestBytes = 16 * 1024 * 1024
/** What may still come of an answer whose stream ended without it: a server can have it fetched from where it broke off. */
const resumeMs = 5000
/** A server that is slow to take leave of is left. */
const leaveMs = 2000
/** The clocks are Trooper's own: no timer of Node's is longer. */
const noTimeout = { timeout: 2 ** 31 - 1 }

export function openConnection(server: McpServer, isAllowed: (url: string) => boolean, clock: Clock): McpConnection {
  return new Connection(server, isAllowed, clock)
}

class Connection implements McpConnection {
  readonly #server: McpServer
  readonly #isAllowed: (url: string) => boolean
  readonly #clock: Clock
  /** Of all the questions that are under way, whose request it is that goes out. */
  readonly #asking = new AsyncLocalStorage<Question>()
  readonly #questions = new Set<Question>()
  readonly #lines = new Set<Line>()
  #line: Line | undefined
  /** Of the list that was asked for last. */
  #listing: ListBound | undefined

  /** Of a transport: what it hears before its client does, which would read a tool in 60 µs. */
  readonly #first: Pick<sdkTypes.Transport, 'onmessage'> = {
    onmessage: (message) => {
      if (this.#listing && 'result' in message && Array.isArray(message.result['tools']))
        message.result = this.#listing.page(message.result)
    },
  }

  constructor(server: McpServer, isAllowed: (url: string) => boolean, clock: Clock) {
    this.#server = server
    this.#isAllowed = isAllowed
    this.#clock = clock
  }

  async list(signal: AbortSignal): Promise<McpList> {
    const { label: server, offered } = this.#server
    const bound = boundList(offered)
    this.#listing = bound
    const listed = await this.#ask(signal, async ({ client }, options) => {
      const { tools } = await client.listTools(undefined, options)
      return tools.map(readTool)
    })
    if (!listed.ok) return { server, tools: [], error: listed.fault.message }
    return { server, tools: listed.value, ...(bound.isCut && { isCut: true }) }
  }

  async call({ name, input }: McpCall, { inputSchema }: McpTool, signal: AbortSignal): Promise<McpResult> {
    const given = parseExact(input)
    const args = isObject(given) ? given : {}
    // With a definition of its own the client holds no result against what the server once said of it: the model reads it as it is.
    const toolDefinition = { name, inputSchema: { ...inputSchema, type: 'object' as const } }
    const called = await this.#ask(signal, ({ client }, options) =>
      client.callTool({ name, arguments: args }, { ...options, toolDefinition }),
    )
    if (!called.ok) return { type: 'failed', fault: called.fault }
    return readResult(parseJson(JSON.stringify(called.value)) ?? null)
  }

  close(): void {
    for (const { controller } of this.#questions) controller.abort()
    for (const line of this.#lines) this.#leaveLine(line)
  }

  async #ask<T>(
    signal: AbortSignal,
    work: (open: Open, options: { signal: AbortSignal; timeout: number }) => Promise<T>,
  ): Promise<{ ok: true; value: T } | { ok: false; fault: McpFault }> {
    const question: Question = { controller: new AbortController(), isOver: false, cancelEnd: () => {} }
    this.#questions.add(question)
    return this.#asking.run(question, async () => {
      const either = AbortSignal.any([signal, question.controller.signal])
      let sdk: Sdk | undefined
      let line: Line | undefined
      let isOpen = false
      try {
        // Loaded when it is needed: most Troopers never are asked for it.
        sdk = await import('@modelcontextprotocol/client')
        either.throwIfAborted()
        line = this.#lineFor(sdk, either)
        line.questions.add(question)
        const open = await line.opening
        isOpen = true
        return { ok: true, value: await work(open, { signal: either, ...noTimeout }) }
      } catch (error) {
        const isGivenUp = question.controller.signal.aborted
        const fault = signal.aborted ? late : isGivenUp ? brokenOff : faultOf(error, sdk)
        // One that could not be opened, or whose server was started anew and knows nothing of its session.
        if (line && (fault.kind === 'http' || !isOpen)) this.#leaveLine(line)
        return { ok: false, fault }
      } finally {
        question.isOver = true
        question.cancelEnd()
        this.#questions.delete(question)
        line?.questions.delete(question)
        if (line?.isLeft) this.#leaveLine(line)
      }
    })
  }

  #lineFor(sdk: Sdk, signal: AbortSignal): Line {
    const line = (this.#line ??= { opening: this.#connect(sdk, signal), questions: new Set(), isLeft: false })
    this.#lines.add(line)
    return line
  }

  /** What is still being asked over it has its answer first. */
  #leaveLine(line: Line): void {
    line.isLeft = true
    if (this.#line === line) this.#line = undefined
    const isAsked = [...line.questions].some(({ controller }) => !controller.signal.aborted)
    if (isAsked || !this.#lines.delete(line)) return
    void line.opening.then(
      ({ end }) => end(),
      () => {},
    )
  }

  async #connect(sdk: Sdk, signal: AbortSignal): Promise<Open> {
    const { headers } = this.#server
    const url = new URL(this.#server.url)
    const fetch = guardedFetch({
      isAllowed: this.#isAllowed,
      largestBytes,
      onRequest: () => this.#expectEnd(),
    })
    const clientOf = (mode: 'auto' | 'legacy'): sdkTypes.Client =>
      new sdk.Client(
        { name: 'trooper', version },
        { versionNegotiation: { mode }, inputRequired: { autoFulfill: false } },
      )
    const client = clientOf('auto')
    const reconnectionScheduler = (reconnect: () => void, ms: number): (() => void) => this.#clock.after(ms, reconnect)
    const transport = new sdk.StreamableHTTPClientTransport(url, {
      fetch,
      requestInit: { headers: sendable(headers) },
      reconnectionScheduler,
    })
    Object.assign(transport, this.#first)
    try {
      await client.connect(transport, { signal, ...noTimeout })
      return { client, end: () => this.#leave(client, transport) }
    } catch (error) {
      await client.close()
      if (!isOldServer(error, sdk)) throw error
      const old = clientOf('legacy')
      const oldTransport = new sdk.SSEClientTransport(url, { fetch, requestInit: { headers: sendable(headers) } })
      Object.assign(oldTransport, this.#first)
      // It may as well be no server at all: then what it said first counts.
      await old.connect(oldTransport, { signal, ...noTimeout }).catch(() => {
        throw error
      })
      return { client: old, end: () => old.close() }
    }
  }

  #expectEnd(): () => void {
    const question = this.#asking.getStore()
    if (!question) return () => {}
    question.cancelEnd()
    return () => {
      if (question.isOver) return
      question.cancelEnd()
      question.cancelEnd = this.#clock.after(resumeMs, () => question.controller.abort())
    }
  }

  async #leave(client: sdkTypes.Client, transport: sdkTypes.StreamableHTTPClientTransport): Promise<void> {
    const cancel = this.#clock.after(leaveMs, () => void client.close())
    await transport.terminateSession().catch(() => {})
    cancel()
    await client.close()
  }
}

/** It knows no other way than the first one that MCP had over HTTP (2024-11-05). */
function isOldServer(error: unknown, { SdkHttpError }: Sdk): boolean {
  return error instanceof SdkHttpError && [400, 404, 405].includes(error.status)
}

function readTool(tool: {
  name: string
  description?: string | undefined
  inputSchema: object
  annotations?: object | undefined
}): McpTool {
  const { name, description } = tool
  const inputSchema = jsonOf(tool.inputSchema)
  const annotations = tool.annotations && jsonOf(tool.annotations)
  return {
    name,
    inputSchema: inputSchema ?? { type: 'object' },
    ...(description !== undefined && { description }),
    ...(annotations && { annotations }),
  }
}

function jsonOf(value: object): JsonObject | undefined {
  const json = parseJson(JSON.stringify(value))
  return isObject(json) ? json : undefined
}

/** What the connection itself writes, or what would lead it elsewhere, the client has no say in. */
const reserved =
  /^(host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|expect|keep-alive|accept|accept-encoding|mcp-.*|proxy-.*|last-event-id)$/

function sendable(headers: McpServer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !reserved.test(name)))
}

const late: McpFault = { kind: 'http', code: 504, message: 'The MCP server did not answer in time.' }
const brokenOff: McpFault = { kind: 'http', code: 502, message: 'The answer of the MCP server broke off.' }

/** In words of Trooper's own, but for what the server says in its protocol: an address or a header may be a secret. */
function faultOf(error: unknown, sdk: Sdk | undefined): McpFault {
  const guarded = findGuarded(error)
  if (guarded) return { kind: 'http', code: 502, message: `The MCP server was left alone. ${guarded.message}` }
  if (sdk && error instanceof sdk.ProtocolError) return { kind: 'protocol', code: error.code, message: error.message }
  const status = statusOf(error)
  if (status !== undefined)
    return { kind: 'http', code: status, message: `The MCP server answered with status ${status}.` }
  return { kind: 'http', code: 502, message: 'The MCP server cannot be reached.' }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined
}

/** Others wrap what they catch. */
function findGuarded(error: unknown): Guarded | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof Guarded) return cause
  return undefined
}
