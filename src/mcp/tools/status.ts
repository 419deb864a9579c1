/** `status`: who answers, why, and until when. */
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { AnsweringView, DayView, EngineView, MoneyView, StatusView, TargetState } from '../../admin/views.ts'
import { costOfDay } from '../../observe/days/day.ts'
import { handWords, hands } from '../../ir/hand.ts'
import type { Override } from '../../routing/override.ts'
import type { Kit } from '../tool.ts'
import { countWords, instant, isoTime, tryWords, untilWords } from '../words.ts'
import { targetShape, toTarget } from './target-shape.ts'

const output = z.object({
  summary: z.string(),
  version: z.string(),
  now: instant,
  override: z.object({
    mode: z.enum(['auto', 'local', 'primary']),
    until: instant.optional(),
    by: z.enum(hands).optional().describe('Where it was set: on the page, in the terminal, or by an agent.'),
  }),
  answering: z
    .array(
      z.object({
        dialects: z.array(z.string()).describe('The wire formats of the apps that this one answers now.'),
        target: z.string(),
        kind: z.enum(['cloud', 'local']),
        model: z.string().optional(),
        instead_of: z.string().optional(),
        reason: z.string().optional(),
        words: z.string().optional(),
        until: instant.optional(),
        until_is_a_try: z.boolean().optional().describe('Nobody said that the other is back then: it is tried.'),
      }),
    )
    .describe('Who answers a new conversation; the chain that was used last comes first.'),
  targets: z.array(targetShape),
  engines: z.array(
    z.object({
      target: z.string(),
      software: z.string().optional(),
      model: z.string(),
      state: z.enum(['loaded', 'unloaded', 'loading', 'unreachable', 'unknown']),
      window_tokens: z.number().optional(),
      running: z.number(),
      waiting: z.number(),
    }),
  ),
  network: z.enum(['up', 'down']),
  today: z.object({
    exchanges: z.number(),
    fallbacks: z.number(),
    failed: z.number(),
    spent_usd: z.number().describe('What answers of providers cost at list prices, as far as these are known.'),
    spent_is_incomplete: z.boolean(),
    not_spent_usd: z.number().describe('What fallbacks would have cost at the provider, as far as its price is known.'),
    not_spent_is_incomplete: z.boolean(),
  }),
})

export function addStatus(server: McpServer, kit: Kit): void {
  server.registerTool(
    'status',
    {
      title: 'Who answers now',
      description:
        'Who answers requests through Trooper now (the cloud provider or the local model), why, and until when; how every target, quota, local engine and the network are; and what happened today. Ask this first.',
      inputSchema: z.object({}),
      outputSchema: output,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    kit.reading(async (_: object, { desk }): Promise<z.output<typeof output>> => {
      const status = await desk.status()
      return toStatus(status)
    }),
  )
}

function toStatus(status: StatusView): z.output<typeof output> {
  const { version, nowMs, override, answering, targets, engines, network, today } = status
  const spent = costOfDay(today)
  return {
    summary: statusWords(status),
    version,
    now: isoTime(nowMs),
    override: {
      mode: override.mode,
      ...(override.mode !== 'auto' && override.untilMs !== undefined && { until: isoTime(override.untilMs) }),
      ...(override.mode !== 'auto' && override.by && { by: override.by }),
    },
    answering: answering.map(toAnswering),
    targets: targets.map(toTarget),
    engines: engines.map(toEngine),
    network,
    today: {
      exchanges: today.exchanges,
      fallbacks: today.fallbacks,
      failed: today.failed,
      spent_usd: spent.usd,
      spent_is_incomplete: spent.unknown > 0,
      not_spent_usd: today.notSpent.usd,
      not_spent_is_incomplete: today.notSpent.unknown > 0,
    },
  }
}

function toAnswering({ dialects, target, kind, model, instead }: AnsweringView) {
  return {
    dialects: [...dialects],
    target,
    kind,
    ...(model !== undefined && { model }),
    ...(instead && { instead_of: instead.of, reason: instead.reason, words: instead.words }),
    ...(instead?.untilMs !== undefined && { until: isoTime(instead.untilMs) }),
    ...(instead?.isTry && { until_is_a_try: true }),
  }
}

function toEngine({ target, software, model, state, windowTokens, queue }: EngineView) {
  return {
    target,
    ...(software !== undefined && { software }),
    model,
    state,
    ...(windowTokens !== undefined && { window_tokens: windowTokens }),
    running: queue.running,
    waiting: queue.waiting,
  }
}

/** The whole of it in a few sentences, the weightiest first. */
function statusWords(status: StatusView): string {
  const { answering, override, network, nowMs, engines, today } = status
  return [
    ...answering.map((one) => answeringWords(one, nowMs)),
    ...overrideWords(override, nowMs),
    ...(network === 'down' ? ['No provider can be reached from this machine.'] : []),
    ...status.targets.flatMap(({ name, state }) => stateWords(name, state, nowMs)),
    ...engines.map(engineWords),
    todayWords(today),
  ].join('\n')
}

function answeringWords({ dialects, target, kind, model, instead }: AnsweringView, nowMs: number): string {
  const who = `${kind === 'local' ? 'The local model' : 'The cloud'} answers ${dialects.join(', ')}: ${target}`
  const what = model === undefined || target.endsWith(model) ? who : `${who} (${model})`
  if (!instead) return `${what}.`
  const words = instead.isTry ? tryWords : untilWords
  const until = instead.untilMs === undefined ? '' : `, ${words(instead.untilMs, nowMs)}`
  return `${what}, in place of ${instead.of} (${instead.words})${until}.`
}

export function overrideWords(override: Override, nowMs: number): string[] {
  if (override.mode === 'auto') return []
  const whom =
    override.mode === 'local' ? 'only local models are asked' : 'the primary is asked whatever is known of it'
  const until = override.untilMs === undefined ? 'until somebody clears it' : untilWords(override.untilMs, nowMs)
  return [`Set ${handWords(override.by)}: ${whom}, ${until}.`]
}

function stateWords(name: string, state: TargetState, nowMs: number): string[] {
  switch (state.is) {
    case 'ready':
      return []
    case 'resting':
      return [`${name} is left alone (${state.words}) ${untilWords(state.untilMs, nowMs)}.`]
    case 'probing':
      return [`One request is finding out whether ${name} answers again (${state.words}).`]
    case 'away':
      return [`${name} cannot be reached.`]
  }
}

function engineWords({ target, software = 'a local server', model, state, windowTokens, queue }: EngineView): string {
  const window = windowTokens === undefined ? '' : `, window ${windowTokens} tokens`
  const { running, waiting } = queue
  return `${target}: ${model} at ${software} is ${state}${window}; ${running} running, ${waiting} waiting.`
}

function todayWords(today: DayView): string {
  const { exchanges, fallbacks, failed, notSpent } = today
  const money = moneyWords(costOfDay(today), 'spent') + moneyWords(notSpent, 'not spent')
  return `Today: ${countWords(exchanges, 'exchange')}, ${countWords(fallbacks, 'fallback')}, ${failed} failed${money}.`
}

function moneyWords({ usd, unknown }: MoneyView, what: string): string {
  if (usd > 0) return `, ${unknown > 0 ? 'at least ' : ''}$${usd.toFixed(2)} ${what}`
  return unknown > 0 ? `, an unknown sum ${what}` : ''
}
