/** `explain_exchange`: what became of one request, and why. */
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { AttemptEntry, Entry } from '../../observe/journal/entry.ts'
import { fallbackOf, firstContentMs, reasonOf, seamsOf } from '../../observe/journal/entry.ts'
import { DeskProblem, type Desk } from '../desk.ts'
import { explain } from '../explain.ts'
import type { Kit } from '../tool.ts'
import { instant, isoTime } from '../words.ts'

const attemptShape = z.object({
  target: z.string(),
  kind: z.enum(['cloud', 'local']),
  model: z.string().optional(),
  how: z.enum(['relay', 'translate', 'seam']),
  end: z.enum(['open', 'answered', 'skipped', 'failed', 'broken', 'lost']),
  reason: z.string().optional(),
  words: z.string().optional(),
  status: z.number().optional(),
  until: instant.optional(),
  start_ms: z.number().describe('Since the exchange began; so are all times here.'),
  turn_ms: z.number().optional(),
  connect_ms: z.number().optional(),
  head_ms: z.number().optional(),
  content_ms: z.number().optional(),
  end_ms: z.number().optional(),
  input_tokens: z.number().optional(),
  output_tokens: z.number().optional(),
  omitted_tokens: z.number().optional(),
})

const output = z.object({
  summary: z.string(),
  id: z.string(),
  at: instant,
  dialect: z.string(),
  about: z.enum(['conversation', 'models', 'tokens']),
  asked_by: z.enum(['app', 'agent']),
  streamed: z.boolean(),
  model: z.string().optional(),
  end: z.enum(['open', 'answered', 'failed', 'gone']),
  answered_by: z.string().optional(),
  is_fallback: z.boolean(),
  reason: z.string().optional().describe('Why the first target did not answer.'),
  seams: z.number().describe('How often another target went on with an answer that broke off.'),
  first_content_ms: z.number().optional(),
  total_ms: z.number().optional(),
  attempts: z.array(attemptShape),
})

export function addExplain(server: McpServer, kit: Kit): void {
  server.registerTool(
    'explain_exchange',
    {
      title: 'Explain an exchange',
      description:
        'What became of one request of an app: who was asked in which order, who answered, why not the others, and how long everything took. Without an id: the last request of an app. Prompts and answers are not in it.',
      inputSchema: z.object({
        id: z.string().optional().describe('Of the exchange, as the journal has it (resource trooper://journal).'),
      }),
      outputSchema: output,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    kit.reading(async ({ id }: { id?: string | undefined }, { desk }): Promise<z.output<typeof output>> => {
      const entry = id === undefined ? await lastOfApp(desk) : await desk.exchange(id)
      if (!entry) throw new DeskProblem(missing(id))
      return toStory(entry, Date.now())
    }),
  )
}

/** Far enough back for all that agents may have asked since. */
const lookBack = 100

async function lastOfApp(desk: Desk): Promise<Entry | undefined> {
  const entries = await desk.exchanges(lookBack)
  return entries.find(({ about, by }) => about === 'conversation' && by === undefined) ?? entries[0]
}

function missing(id: string | undefined): string {
  return id === undefined
    ? 'No request has come through Trooper since it started (or JOURNAL=0 keeps none); point an app at it and ask again.'
    : `The journal has no exchange '${id}' (any more); read the resource trooper://journal for those that it has.`
}

function toStory(entry: Entry, nowMs: number): z.output<typeof output> {
  const { id, atMs, dialect, about, by, isStream, model, end, attempts, totalMs } = entry
  const reason = reasonOf(entry)
  const first = firstContentMs(entry)
  return {
    summary: explain(entry, nowMs),
    id,
    at: isoTime(atMs),
    dialect,
    about,
    asked_by: by ?? 'app',
    streamed: isStream,
    ...(model !== undefined && { model }),
    end: end.is,
    ...(end.is === 'answered' && { answered_by: end.target }),
    is_fallback: fallbackOf(entry) !== undefined,
    ...(reason !== undefined && { reason }),
    seams: seamsOf(entry),
    ...(first !== undefined && { first_content_ms: first }),
    ...(totalMs !== undefined && { total_ms: totalMs }),
    attempts: attempts.map(toAttempt),
  }
}

function toAttempt(attempt: AttemptEntry): z.output<typeof attemptShape> {
  const { target, kind, model, how, end, startMs, turnMs, connectMs, headMs, contentMs, endMs, usage, omitted } =
    attempt
  return {
    target,
    kind,
    ...(model !== undefined && { model }),
    how,
    end: end.is,
    ...('reason' in end && { reason: end.reason, words: end.words }),
    ...('status' in end && end.status !== undefined && { status: end.status }),
    ...('untilMs' in end && end.untilMs !== undefined && { until: isoTime(end.untilMs) }),
    start_ms: startMs,
    ...(turnMs !== undefined && { turn_ms: turnMs }),
    ...(connectMs !== undefined && { connect_ms: connectMs }),
    ...(headMs !== undefined && { head_ms: headMs }),
    ...(contentMs !== undefined && { content_ms: contentMs }),
    ...(endMs !== undefined && { end_ms: endMs }),
    ...(usage?.inputTokens !== undefined && { input_tokens: usage.inputTokens }),
    ...(usage?.outputTokens !== undefined && { output_tokens: usage.outputTokens }),
    ...(omitted && { omitted_tokens: omitted.tokens }),
  }
}
