/** What all tools have in common: how they answer, fail, tell their progress, and who may change something. */
import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server'
import { DeskProblem, type Desk } from './desk.ts'

/** What a tool is given beside its arguments. */
export interface Call {
  desk: Desk
  /** Told to the agent if it wants to hear of progress. */
  tell: (text: string) => void
  /** The agent does not wait for the answer any more. */
  signal: AbortSignal
}

/** Every answer says in words what it says in fields: clients show their model the words, or the fields alone (Claude Code). */
interface Told {
  summary: string
}

type Run<A, D extends Told> = (args: A, call: Call) => Promise<D>
type Handler<A> = (args: A, context: ServerContext) => Promise<CallToolResult>

export interface Kit {
  /** `words`: where they are not the summary alone. */
  reading<A, D extends Told>(run: Run<A, D>, words?: (told: D) => string): Handler<A>
  /** The same for a tool that changes something: it says what to set where that is not allowed. */
  changing<A, D extends Told>(run: Run<A, D>): Handler<A>
  /** The description of such a tool. */
  ifAllowed(description: string): string
}

/** Listed all the same: an agent that knows of a tool can tell its person how to get it, and does not look for a way around. */
const notAllowed =
  'Changes by agents are switched off; ask the person to set TROOPER_MCP_WRITE=on where Trooper runs (for `trooper mcp`: in its own environment) and to start it again.'

export function createKit(desk: Desk, mayChange: boolean, nowMs: () => number, onFault: (error: unknown) => void): Kit {
  const handler =
    <A, D extends Told>(run: Run<A, D>, words: (told: D) => string): Handler<A> =>
    async (args, context) => {
      const { signal } = context.mcpReq
      try {
        const told = await run(args, { desk, tell: teller(context, nowMs), signal })
        return { content: [{ type: 'text', text: words(told) }], structuredContent: { ...told } }
      } catch (error) {
        if (error instanceof DeskProblem) return refusal(error.message)
        onFault(error)
        return refusal('Trooper failed inside; its log says more.')
      }
    }
  const summary = (told: Told): string => told.summary
  return {
    reading: (run, words = summary) => handler(run, words),
    ifAllowed: (description) =>
      mayChange ? description : `${description} Switched off here: needs TROOPER_MCP_WRITE=on.`,
    changing: (run) => (mayChange ? handler(run, summary) : () => Promise.resolve(refusal(notAllowed))),
  }
}

function refusal(sentence: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: sentence }] }
}

/** The progress of a call is the seconds that it has taken: it has to grow with each word (MCP 2025-11-25, progress). */
function teller({ mcpReq }: ServerContext, nowMs: () => number): (text: string) => void {
  const progressToken = mcpReq['_meta']?.progressToken
  if (progressToken === undefined) return () => {}
  const sinceMs = nowMs()
  let last = 0
  return (message) => {
    if (mcpReq.signal.aborted) return
    last = Math.max((nowMs() - sinceMs) / 1000, last + 0.001)
    const params = { progressToken, progress: last, message }
    // Whoever left needs no word of it.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
}
