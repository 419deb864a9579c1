/** Where MCP servers take part in an answer that their client's provider does not give: Trooper asks them in its place, where it may. */
import type { AnswerPart } from '../../ir/answer.ts'
import type { StreamEvent } from '../../ir/events.ts'
import type { McpCall } from '../../ir/mcp.ts'
import type { ChatRequest, Warn } from '../../ir/request.ts'
import { createOffer, type Listed } from '../../mcp-client/offer.ts'
import { nothingRan, type Ran } from '../../mcp-client/ran.ts'
import { headerOf } from '../../wire/headers.ts'
import { AnswerInRounds, type Asking } from './rounds.ts'
import { ServersOfAnswer } from './servers.ts'
import type { Incoming, Services, Turn } from '../outcome.ts'
import type { AnswerSink } from '../translate/sink.ts'
import type { CallOutcome } from '../translate/translated-call.ts'
import type { Waited } from '../wait.ts'

export interface McpTurn {
  /** The request with the tools of the servers among its own. */
  offer(request: ChatRequest): ChatRequest
  answer(question: ChatRequest, sink: AnswerSink, asking: Asking): Promise<CallOutcome>
  close(): void
}

/** Without servers. */
const alone: McpTurn = {
  offer: (request) => request,
  answer: (question, sink, { ask }) => ask(question, sink),
  close: () => {},
}

/** What came before: nothing of it reached the client, or it is the beginning of its answer. */
export type Before = { ran: Ran } | { begun: readonly AnswerPart[] }

export async function openMcp(
  services: Services,
  incoming: Incoming,
  request: ChatRequest,
  turn: Turn,
  before: Before,
  warn: Warn,
): Promise<Waited<McpTurn>> {
  const { mcp } = request
  const { kind, dialect } = turn.target
  // A provider of the client's own dialect asks them itself.
  if (!mcp || (kind === 'cloud' && dialect === incoming.dialect)) return { is: 'here', value: alone }
  const servers = mcp.servers.filter((server) => services.mcp.mayAsk(server))
  if (servers.length < mcp.servers.length) warn('MCP servers that MCP_SERVERS does not name are not asked')
  const approved = 'begun' in before ? mcp.approved.filter((call) => !isIn(before.begun, call)) : mcp.approved
  if (servers.length === 0 && approved.length === 0) return { is: 'here', value: alone }
  const opened = new ServersOfAnswer(services, turn, servers)
  const listed = await opened.list(servers)
  if (listed.is === 'over') {
    opened.close()
    return listed
  }
  const offer = createOffer(request, listed.value)
  const ran = 'ran' in before ? before.ran : ranIn(before.begun)
  const lists = 'ran' in before && tellsLists(incoming) ? listed.value.flatMap(newList) : []
  const part = { offer, servers: opened, listed: listed.value, lists, approved, ran }
  return {
    is: 'here',
    value: {
      offer: (asked) => offer.request(asked),
      answer: (question, sink, asking) => new AnswerInRounds(services, turn, part, sink, asking).give(question),
      close: () => opened.close(),
    },
  }
}

/** Of messages that come to a conversation, and are made ready for its target as it was. */
export function prepareMessages(
  request: ChatRequest,
  prepare: (request: ChatRequest) => Promise<ChatRequest>,
): Asking['prepare'] {
  const { mcp: _, ...bare } = { ...request, tools: [], extras: {}, output: { type: 'text' as const } }
  return async (messages) => (await prepare({ ...bare, messages })).messages
}

/** Somebody ran it before the answer broke off. */
function isIn(begun: readonly AnswerPart[], { approvalId }: McpCall): boolean {
  return begun.some((part) => part.type === 'mcp-call' && part.call.approvalId === approvalId)
}

/** The client has it all: only that there was something counts. */
function ranIn(begun: readonly AnswerPart[]): Ran {
  return { ...nothingRan(), rounds: begun.some(({ type }) => type === 'mcp-call') ? 1 : 0 }
}

/** One that the client knows is not told again. */
function newList({ server, list }: Listed): StreamEvent[] {
  return server.known ? [] : [{ type: 'mcp-list', list }]
}

/** In Messages from the version on that brought them (SDK: mcp-client-2026-09-15); older clients would not know the block. */
function tellsLists({ dialect, headers }: Incoming): boolean {
  if (dialect !== 'anthropic') return true
  const betas = headerOf(headers, 'anthropic-beta')?.split(',') ?? []
  return betas.some((beta) => beta.trim() >= 'mcp-client-2026-09-15' && beta.trim().startsWith('mcp-client-'))
}
