/** The screen of `trooper status`: who answers, why and until when; targets, quotas, engines, today. Pure. */
import type {
  AnsweringView,
  DayView,
  EngineView,
  MoneyView,
  QuotaView,
  StatusView,
  TargetView,
} from '../admin/views.ts'
import { cut, formatTable, type Paint } from '../drill/text.ts'
import { catalogue, type FailureKind } from '../ir/failure.ts'
import { handWords } from '../ir/hand.ts'
import { costOfDay } from '../observe/days/day.ts'
import { count, nextTry, span, until } from './words.ts'

export interface Screen {
  url: string
  /** Of the terminal, in columns. */
  width: number
  paint: Paint
}

export function statusScreen(status: StatusView, { url, width, paint }: Screen): string {
  const { version, nowMs, startedAtMs } = status
  const lines = [
    paint.dim(`Trooper ${version} at ${url}, up ${span(nowMs - startedAtMs)}`),
    '',
    ...status.answering.flatMap((answering) => answeringLines(answering, status, paint)),
    ...wishLines(status, paint),
    '',
    paint.bold('Targets'),
    ...status.targets.flatMap((target) => targetLines(target, status, width, paint)),
    '',
    paint.bold('Engines'),
    ...engineLines(status.engines, paint),
    '',
    ...todayLines(status.today, paint),
  ]
  return lines.map((line) => cut(line, width)).join('\n')
}

function answeringLines(
  { target, kind, model, dialects, instead }: AnsweringView,
  { answering, engines, nowMs }: StatusView,
  paint: Paint,
): string[] {
  const sign = kind === 'cloud' ? paint.green('CLOUD') : paint.yellow('LOCAL')
  const named = model === undefined || target.endsWith(model) ? target : `${target} (${model})`
  const whom = answering.length > 1 ? ` ${dialects.join(', ')}` : ''
  const isSilent = engines.some((engine) => engine.target === target && engine.state === 'unreachable')
  const verb = isSilent ? paint.red('would answer, but its server does not') : 'answers'
  const end = instead?.untilMs === undefined ? '' : `, ${(instead.isTry ? nextTry : until)(instead.untilMs, nowMs)}`
  const why = instead && `       instead of ${instead.of}: ${instead.words}${end}`
  return [`${paint.bold(sign)}  ${paint.bold(named)} ${verb}${whom}`, ...(why === undefined ? [] : [why])]
}

function wishLines({ override, network, nowMs }: StatusView, paint: Paint): string[] {
  const lines: string[] = []
  if (override.mode !== 'auto') {
    const what = override.mode === 'local' ? 'only local models are asked' : 'the primary is asked in any case'
    const end =
      override.untilMs === undefined ? ', until: trooper override auto' : `, ${until(override.untilMs, nowMs)}`
    lines.push(`       set ${handWords(override.by)}: ${what}${end}`)
  }
  if (network === 'down') lines.push(paint.red('       No provider can be reached from this machine.'))
  return lines
}

function targetLines(target: TargetView, { nowMs }: StatusView, width: number, paint: Paint): string[] {
  const { name, place, state } = target
  // On a screen that stays, one may have been reset since.
  const quotas = target.quotas.filter(({ resetsAtMs }) => resetsAtMs > nowMs)
  const head = (sign: string, words: string): string[] => [
    `  ${sign} ${name}  ${words}`,
    paint.dim(`      ${place}`),
    ...quotaLines(quotas, nowMs, width, paint),
  ]
  switch (state.is) {
    case 'ready':
      return head(paint.green('✓'), 'ready')
    case 'resting':
      return head(paint.yellow('–'), `rests ${until(state.untilMs, nowMs)}: ${state.words}`)
    case 'probing':
      return head(paint.yellow('?'), `is being tried for ${span(nowMs - state.sinceMs)}: ${state.words}`)
    case 'away':
      return head(paint.red('✗'), 'cannot be reached')
  }
}

/** Those of whoever asked last; the others are counted. */
function quotaLines(quotas: readonly QuotaView[], nowMs: number, width: number, paint: Paint): string[] {
  const [first] = quotas
  const own = quotas.filter(({ account }) => account === first?.account)
  const others = new Set(quotas.map(({ account }) => account)).size - 1
  const cells = Math.min(20, Math.max(5, width - 60))
  const rows = own.map(({ window, model, used, resetsAtMs }) => [
    `      ${window}${model === undefined ? '' : ` of ${model}`}`,
    bar(used, cells, paint),
    `${Math.round(used * 100)} %`,
    `resets in ${span(resetsAtMs - nowMs)}`,
  ])
  const more = others > 0 ? [paint.dim(`      and of ${others} more ${others === 1 ? 'account' : 'accounts'}`)] : []
  return [...(rows.length === 0 ? [] : table(rows)), ...more]
}

function bar(used: number, cells: number, paint: Paint): string {
  const full = Math.min(cells, Math.round(used * cells))
  const colour = used >= 1 ? 'red' : used >= 0.9 ? 'yellow' : 'green'
  return paint[colour]('█'.repeat(full)) + paint.dim('░'.repeat(cells - full))
}

function engineLines(engines: readonly EngineView[], paint: Paint): string[] {
  if (engines.length === 0) return ['  none']
  const rows = engines.map(({ software = '', model, place, state, windowTokens, can, queue }) => {
    const skills = [can.tools && 'tools', can.vision && 'images', can.thinking && 'thinking'].filter(Boolean)
    const waits = queue.running + queue.waiting > 0 && `${queue.running} answered, ${queue.waiting} wait`
    const details = [windowTokens && `window ${count(windowTokens)}`, skills.join(', '), waits].filter(Boolean)
    return [
      `  ${software || paint.dim('nobody')}`,
      model,
      stateWords[state](paint),
      details.join('; ') || paint.dim(place),
    ]
  })
  return table(rows)
}

const stateWords: { readonly [S in EngineView['state']]: (paint: Paint) => string } = {
  loaded: (paint) => paint.green('loaded'),
  unloaded: () => 'not loaded',
  loading: (paint) => paint.yellow('loading'),
  unreachable: (paint) => paint.red('does not answer'),
  unknown: (paint) => paint.dim('unknown'),
}

function todayLines(today: DayView, paint: Paint): string[] {
  const { exchanges, fallbacks, failed, byReason, notSpent } = today
  const title = `${paint.bold('Today')}    `
  if (exchanges === 0) return [`${title}no conversation yet`]
  const reasons = Object.keys(catalogue)
    .filter((kind): kind is FailureKind => kind in byReason)
    .map((kind) => `${catalogue[kind].label} ${count(byReason[kind] ?? 0)}`)
  const share = Math.round((fallbacks / exchanges) * 100)
  const sums = [
    `${count(exchanges)} ${exchanges === 1 ? 'conversation' : 'conversations'}`,
    ...(fallbacks > 0 ? [`${count(fallbacks)} by a fallback, ${share} %`] : []),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
  ]
  const sumsOfMoney = [...moneyWords(costOfDay(today), 'spent'), ...moneyWords(notSpent, 'not spent')]
  const more = [sumsOfMoney.join('; '), reasons.join(', ')].filter((words) => words !== '')
  return [title + sums.join('; '), ...more.map((words) => paint.dim(`         ${words}`))]
}

/** Nothing of what is nothing, and what is unknown is said to be. */
function moneyWords({ usd, unknown }: MoneyView, what: string): string[] {
  if (usd >= 0.005) return [`$${usd.toFixed(2)}${unknown > 0 ? ' or more' : ''} ${what}`]
  return unknown > 0 ? [`what was ${what} is unknown`] : []
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = rows
  return formatTable(first, rest).split('\n')
}
