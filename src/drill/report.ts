/** What a drill showed, for a person at a terminal and for machines. */
import type { JsonObject } from '../ir/json.ts'
import type { Wire } from './app.ts'
import type { Played, Run, Step } from './drill.ts'
import type { LocalModel } from './local-model.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { onOneLine } from '../observe/log/one-line.ts'
import { duration, formatTable, wrap, type Paint } from './text.ts'

/** The whole result, one JSON document. */
export function toJson(local: LocalModel, played: readonly Played[]): JsonObject {
  return {
    ok: played.every(({ ok }) => ok),
    localModel: { model: local.targets[0].model ?? '', isStandIn: local.isStandIn },
    scenarios: played.map(({ scenario, runs, ok }) => ({
      name: scenario.name,
      provider: scenario.provider,
      trooper: scenario.trooper,
      app: scenario.app,
      ok,
      runs: runs.map(({ wire, streamed, steps, ok: right }) => ({
        dialect: wire,
        streamed,
        ok: right,
        messages: steps.map((step) => stepJson(step, local)),
      })),
    })),
  }
}

function stepJson({ seen, outcome, ok, log }: Step, local: LocalModel): JsonObject {
  return {
    ok,
    outcome,
    status: seen.status,
    answeredBy: answererOf(outcome, local),
    reason: seen.reason ?? null,
    text: seen.text,
    calls: seen.calls.map(({ name, input }) => ({ name, input })),
    problem: seen.problem ?? null,
    tookMs: seen.tookMs,
    log: [...log],
  }
}

/** The one table: a row for all apps that saw the same. */
export function summaryTable(played: readonly Played[], local: LocalModel, paint: Paint): string {
  const head = ['', 'scenario', 'the provider …', 'status', 'answered by', 'answer', 'app', 'time']
  const rows = played.flatMap(({ scenario, runs }) =>
    groupsOf(runs, local).map((group, at) => [
      group.ok ? paint.green('✓') : paint.red('✗'),
      at === 0 ? paint.bold(scenario.name) : '',
      at === 0 ? scenario.short : '',
      group.status,
      group.answeredBy,
      group.answer,
      appsOf(group.runs, runs),
      paint.dim(duration(Math.max(...group.runs.map(timeOf)))),
    ]),
  )
  return formatTable(
    head.map((word) => paint.dim(word)),
    rows,
  )
}

interface Group {
  status: string
  answeredBy: string
  answer: string
  ok: boolean
  runs: Run[]
}

function groupsOf(runs: readonly Run[], local: LocalModel): Group[] {
  const groups = new Map<string, Group>()
  for (const run of runs) {
    const fresh = { ...seenIn(run, local), ok: run.ok, runs: [] }
    const key = JSON.stringify(fresh)
    const group = groups.get(key) ?? fresh
    group.runs.push(run)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Of a conversation: who answered in turn, and how it ended. */
function seenIn({ steps }: Run, local: LocalModel): Pick<Group, 'status' | 'answeredBy' | 'answer'> {
  const answerers = steps.map(({ outcome }) => answererOf(outcome, local))
  const last = steps.at(-1)
  return {
    status: last?.seen.status ? String(last.seen.status) : 'none',
    answeredBy: answerers.filter((name, at) => name !== answerers[at - 1]).join(', then '),
    answer: last ? answers[last.outcome] : '',
  }
}

const answers: { readonly [O in Outcome]: string } = {
  provider: 'whole',
  local: 'whole',
  both: 'whole',
  refused: 'its error, untouched',
  told: 'broken, and told so',
  cut: 'CUT, in silence',
}

function answererOf(outcome: Outcome, { isStandIn, targets }: LocalModel): string {
  const local = isStandIn ? 'stand-in' : (targets[0].model ?? targets[0].name)
  switch (outcome) {
    case 'provider':
    case 'refused':
      return 'provider'
    case 'local':
      return local
    case 'both':
      return `provider + ${local}`
    case 'told':
    case 'cut':
      return 'nobody'
  }
}

/** `all` stands for every wire format that was asked, streamed and not. */
function appsOf(runs: readonly Run[], all: readonly Run[]): string {
  const wires = [...new Set(runs.map(({ wire }) => wire))]
  const words = wires.length > 1 && wires.length === new Set(all.map(({ wire }) => wire)).size ? 'all' : wires.join(' ')
  const forms = new Set(runs.map(({ streamed }) => streamed))
  if (forms.size > 1) return words
  return `${words}, ${forms.has(true) ? 'streamed' : 'not streamed'}`
}

function timeOf({ steps }: Run): number {
  return steps.reduce((sum, { seen }) => sum + seen.tookMs, 0)
}

/** What a scenario is, in three sentences. */
export function describeScenario({ name, provider, trooper, app }: Scenario, paint: Paint): string {
  const lines = [
    ['Provider', provider],
    ['Trooper', trooper],
    ['App sees', app],
  ].map(([who = '', sentence = '']) => `  ${paint.dim(who.padEnd(8))}  ${wrap(sentence, 12)}`)
  return [paint.bold(name), ...lines].join('\n')
}

const wireNames: { readonly [W in Wire]: string } = {
  messages: 'Messages',
  chat: 'Chat Completions',
  responses: 'Responses',
}

/** One conversation from message to message: what was asked, what Trooper logged, what came back. */
export function tellStory({ wire, streamed, steps }: Run, local: LocalModel, paint: Paint): string {
  const title = `One app, ${wireNames[wire]}, ${streamed ? 'streamed' : 'not streamed'}:`
  return [paint.dim(title), ...steps.flatMap((step) => tellStep(step, local, paint))].join('\n')
}

function tellStep({ question, seen, outcome, log }: Step, local: LocalModel, paint: Paint): string[] {
  const by =
    outcome === 'refused' ? 'the provider’s own error' : `by ${answererOf(outcome, local)}, ${answers[outcome]}`
  const calls = seen.calls.map(({ name, input }) => `calls ${name}(${input})`)
  const said = onOneLine([seen.text, ...calls, seen.problem ?? ''].filter((text) => text !== '').join(' '))
  return [
    `  app      > ${wrap(question, 13)}`,
    ...log.map((line) => paint.dim(`  trooper  | ${line}`)),
    `  app      < ${paint.bold(String(seen.status))} ${by}, ${duration(seen.tookMs)}`,
    `             ${wrap(said, 13)}`,
  ]
}
