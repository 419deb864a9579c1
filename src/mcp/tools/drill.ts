/** `drill`: the ways in which a provider may fail, played against a Trooper beside this one. */
import { setTimeout as pause } from 'node:timers/promises'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { DrilledView, DrillRunView, DrillView } from '../../admin/views.ts'
import { scenarios } from '../../drill/scenarios.ts'
import { DeskProblem } from '../desk.ts'
import type { Call, Kit } from '../tool.ts'
import { countWords } from '../words.ts'

const input = z.object({
  scenario: z
    .enum(scenarios.map(({ name }) => name))
    .optional()
    .describe('Unset: all of them, which takes half a minute.'),
  use_local_model: z
    .boolean()
    .default(false)
    .describe('The local model itself answers instead of a scripted stand-in: that takes minutes.'),
})

const output = z.object({
  summary: z.string(),
  ok: z.boolean(),
  local_model: z.string().optional().describe('Who answered for the local model, and why.'),
  scenarios: z.array(
    z.object({
      name: z.string(),
      provider: z.string().describe('What the provider does.'),
      app: z.string().describe('What an app has to see.'),
      ok: z.boolean(),
      outcomes: z.array(z.string()).describe('Whom the apps had their answers from.'),
    }),
  ),
})

export function addDrill(server: McpServer, kit: Kit): void {
  server.registerTool(
    'drill',
    {
      title: 'Rehearse a failing provider',
      description: kit.ifAllowed(
        'Plays failures of a provider (a spent quota, an overload, a cut stream, …) against a simulated provider in a process of its own, and says what apps saw. Nothing is asked of a real provider, and no app behind Trooper notices.',
      ),
      inputSchema: input,
      outputSchema: output,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    kit.changing(async ({ scenario, use_local_model: isReal }: z.output<typeof input>, call) => {
      await call.desk.startDrill({ ...(scenario !== undefined && { scenario }), standIn: !isReal })
      return toResult(await untilOver(call))
    }),
  )
}

const lookEveryMs = 250

/** An agent that does not wait any more has the drill ended: it was its own. */
async function untilOver({ desk, tell, signal }: Call): Promise<DrillView> {
  let told = 0
  for (;;) {
    await pause(lookEveryMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) {
      await desk.stopDrill()
      throw new DeskProblem('The drill was ended.')
    }
    const view = await desk.drill()
    const { run } = view
    if (run?.state === 'failed') throw new DeskProblem(run.problem ?? 'The drill failed; run it again.')
    const played = run ? playedIn(run) : []
    if (played.length > told) tell(progressWords(played, run?.scenarios.length ?? 0))
    told = played.length
    if (run?.state === 'over') return view
  }
}

function playedIn({ scenarios: all }: DrillRunView): DrilledView[] {
  return all.filter(({ state }) => state === 'right' || state === 'wrong')
}

function progressWords(played: readonly DrilledView[], all: number): string {
  const last = played.at(-1)
  return `${played.length} of ${all}: ${last?.name} ${last?.state === 'right' ? 'is as it has to be' : 'went wrong'}`
}

function toResult({ scenarios: known, run }: DrillView): z.output<typeof output> {
  const played = (run ? playedIn(run) : []).map(({ name, state, runs }) => {
    const { provider = '', app = '' } = known.find((scenario) => scenario.name === name) ?? {}
    const outcomes = [...new Set(runs.flatMap((seen) => seen.outcomes))]
    return { name, provider, app, ok: state === 'right', outcomes }
  })
  return {
    summary: [verdict(played), ...(run?.localModel === undefined ? [] : [run.localModel]), ...played.map(told)].join(
      '\n',
    ),
    ok: played.every(({ ok }) => ok),
    ...(run?.localModel !== undefined && { local_model: run.localModel }),
    scenarios: played,
  }
}

type Played = z.output<typeof output>['scenarios'][number]

function verdict(played: readonly Played[]): string {
  const all = countWords(played.length, 'scenario')
  const wrong = played.filter(({ ok }) => !ok)
  return wrong.length === 0
    ? `${all} played: every app got a whole answer, or the error that is its own to mend.`
    : `${wrong.length} of ${all} went wrong: ${wrong.map(({ name }) => name).join(', ')}.`
}

function told({ name, provider, app, ok, outcomes }: Played): string {
  return `${ok ? '✓' : '✗'} ${name}: ${provider} App sees: ${app} (answers from: ${outcomes.join(', ')})`
}
