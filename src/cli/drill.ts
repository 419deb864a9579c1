/** `trooper drill`: what an app sees of a provider that misbehaves, with Trooper in between. */
import type { Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import { wires, type Wire } from '../drill/app.ts'
import { playScenario, type Played } from '../drill/drill.ts'
import { configuredModels, findLocalModel, type LocalModel } from '../drill/local-model.ts'
import { describeScenario, summaryTable, tellStory, toJson } from '../drill/report.ts'
import type { Scenario } from '../drill/scenario.ts'
import { scenarios } from '../drill/scenarios.ts'
import { serveScenario } from '../drill/serve.ts'
import { createPaint, formatTable, type Paint } from '../drill/text.ts'
import { onOneLineInJson } from '../observe/log/one-line.ts'
import { exitConfig, readArguments, readSettings } from './read-settings.ts'
import { complain, mayColour, openLog, print, showProgress, untilAskedToStop } from './terminal.ts'

/** What was asked for, understood. */
interface Order {
  scenario: Scenario | undefined
  wires: readonly Wire[] | undefined
  standIn: boolean
  json: boolean
  serve: boolean
  list: boolean
}

export async function drill(argv: string[]): Promise<number> {
  const given = readArguments(argv, 'drill', 2)
  if (!given.ok) return complain(given.problem, exitConfig)
  const order = readOrder(given.names, given.switches, given.flags['dialect'])
  if (typeof order === 'string') return complain(order, exitConfig)
  if (order.list) {
    await print(order.json ? listJson() : listText())
    return 0
  }
  const loaded = readSettings(given.flags)
  if (!loaded.ok) return complain(loaded.problem, exitConfig)
  try {
    return await (order.serve ? serve(order, loaded.config, loaded.targets) : play(order, loaded.targets))
  } catch (error) {
    return complain(error instanceof Error ? error.message : 'The drill could not start.', 1)
  }
}

/** A text is the problem with it, in a sentence. */
function readOrder(
  names: readonly string[],
  switches: ReadonlySet<string>,
  dialect: string | undefined,
): Order | string {
  const [name, ...more] = names
  if (more.length > 0) return 'A drill plays one scenario or, without a name, all of them; see: trooper drill --list'
  const scenario = scenarios.find((known) => known.name === name)
  if (name !== undefined && !scenario) return `The drill has no scenario '${name}'; see: trooper drill --list`
  const wire = wires.find((known) => known === dialect)
  if (dialect !== undefined && dialect !== 'all' && !wire)
    return `--dialect '${dialect}' is no wire format; use one of ${wires.join(', ')}, all.`
  const [serve, json] = [switches.has('serve'), switches.has('json')]
  if (serve && json)
    return '--serve runs until it is stopped and has no result for --json; use LOG_FORMAT=json for its log.'
  if (serve && dialect !== undefined) return '--serve speaks all wire formats at once; leave --dialect out.'
  return {
    scenario,
    wires: dialect === undefined ? undefined : wire ? [wire] : wires,
    standIn: switches.has('stand-in'),
    json,
    serve,
    list: switches.has('list'),
  }
}

function listText(): string {
  const rows = scenarios.map(({ name, short }) => [name, `The provider ${short}.`])
  return formatTable(['scenario', ''], rows)
}

function listJson(): string {
  return JSON.stringify(
    scenarios.map(({ name, provider, trooper, app }) => ({ name, provider, trooper, app })),
    undefined,
    2,
  )
}

async function play(order: Order, targets: Targets): Promise<number> {
  const paint = createPaint(mayColour())
  const local = await findLocalModel(configuredModels(targets), order.standIn, 0)
  try {
    const asked = order.scenario ? [order.scenario] : scenarios
    // A real model takes its time: one wire format shows as much as three.
    const chosen = order.wires ?? (local.isStandIn ? wires : wires.slice(0, 1))
    if (!order.json) await print(beginning(local, order, chosen, paint))
    const played: Played[] = []
    for (const scenario of asked) {
      showProgress(`${scenario.name} …`)
      played.push(await playScenario(scenario, local, chosen))
    }
    showProgress('')
    const json = order.json && onOneLineInJson(JSON.stringify(toJson(local, played), undefined, 2))
    await print(json || ending(played, local, paint))
    return played.every(({ ok }) => ok) ? 0 : 1
  } finally {
    await local.close()
  }
}

function beginning(local: LocalModel, { scenario }: Order, chosen: readonly Wire[], paint: Paint): string {
  return [
    '🪖 Trooper drill: a simulated provider misbehaves, and an app asks it through Trooper. Nothing is asked of a real one.',
    local.sentence,
    ...(chosen.length === wires.length ? [] : [`Wire format: ${chosen.join(', ')} (--dialect all for all of them).`]),
    '',
    ...(scenario ? [describeScenario(scenario, paint), ''] : []),
  ].join('\n')
}

function ending(played: readonly Played[], local: LocalModel, paint: Paint): string {
  const [only, ...more] = played
  const story = more.length === 0 ? only?.runs[0] : undefined
  const wrong = played.filter(({ ok }) => !ok)
  return [
    ...(story ? [tellStory(story, local, paint), ''] : []),
    ...(only ? [summaryTable(played, local, paint), ''] : []),
    wrong.length > 0
      ? paint.red(`Not as it has to be: ${wrong.map(({ scenario }) => scenario.name).join(', ')}.`)
      : 'Every app got a whole answer, or the error that is its own to mend.',
  ].join('\n')
}

async function serve({ scenario, standIn }: Order, config: Config, targets: Targets): Promise<number> {
  const chosen = scenario ?? scenarios.find(({ name }) => name === 'third-message')
  if (!chosen) return complain('There is no scenario to serve; see: trooper drill --list', 1)
  const { log, flush } = openLog(config)
  const served = await serveScenario(chosen, config, targets, standIn, log)
  try {
    const askedToStop = untilAskedToStop()
    await print(`${served.introduction}\n`)
    await askedToStop
    log.info('🪖 The drill is over: answers under way may finish')
    await served.stop()
    return 0
  } finally {
    flush()
  }
}
