/** The last hour: how much was asked, how much of it fell back, how fast the answers were. */
import { useComputed } from '@preact/signals'
import { fallbackShare, lastHour, type Step } from '../model/minutes.ts'
import { measured } from '../words/durations.ts'
import { counted, percent } from '../words/numbers.ts'
import { Chart, type ChartSpec } from './chart.tsx'
import { HourTable } from './hour-table.tsx'
import { usePage } from './page.ts'
import { Section } from './section.tsx'

const beatMs = 5000

export function Charts() {
  const { store } = usePage()
  // Drawn anew every few seconds, however much happens meanwhile; and when what was before has come.
  const beat = useComputed(() => Math.floor(store.nowMs.value / beatMs) * beatMs)
  const history = useComputed(() => store.model.value.history)
  const shown = useComputed(() => ({ nowMs: beat.value, history: history.value, model: store.model.peek() }))
  const { nowMs, model } = shown.value
  const { exchanges } = model
  const steps = lastHour(exchanges, nowMs, 1)
  return (
    <Section name="charts" title="The last hour">
      <div class="figures">
        {specs.map((spec) => (
          <Chart key={spec.title} spec={spec} steps={steps} />
        ))}
      </div>
      <HourTable steps={lastHour(exchanges, nowMs, 5)} />
    </Section>
  )
}

const specs: ChartSpec[] = [
  {
    title: 'Exchanges a minute',
    draws: 'bars',
    series: [
      { name: 'cloud', colour: 'cloud', valueOf: ({ cloud }) => cloud },
      { name: 'local', colour: 'local', valueOf: ({ local }) => local },
      { name: 'nobody', colour: 'nobody', valueOf: ({ nobody }) => nobody },
    ],
    format: String,
    summary: (steps) => `${counted(sum(steps, all), 'exchange')}, at most ${Math.max(...steps.map(all))} in a minute`,
  },
  {
    title: 'Fallback share',
    draws: 'area',
    series: [
      { name: 'of the last five minutes', colour: 'local', valueOf: (_, at, steps) => fallbackShare(steps, at) },
    ],
    top: 1,
    format: percent,
    summary: (steps) => {
      const total = sum(steps, all)
      return total === 0
        ? 'no exchange'
        : `${percent(sum(steps, ({ fallbacks }) => fallbacks) / total)} of the hour fell back`
    },
  },
  {
    title: 'First content',
    draws: 'lines',
    series: [
      { name: 'cloud', colour: 'cloud', valueOf: ({ firstContentMs }) => firstContentMs.cloud },
      { name: 'local', colour: 'local', valueOf: ({ firstContentMs }) => firstContentMs.local },
    ],
    format: measured,
    summary: (steps) => latest(steps, ({ firstContentMs }) => firstContentMs, measured),
  },
  {
    title: 'Tokens a second',
    draws: 'lines',
    series: [
      { name: 'cloud', colour: 'cloud', valueOf: ({ tokensPerSecond }) => tokensPerSecond.cloud },
      { name: 'local', colour: 'local', valueOf: ({ tokensPerSecond }) => tokensPerSecond.local },
    ],
    format: rate,
    summary: (steps) => latest(steps, ({ tokensPerSecond }) => tokensPerSecond, rate),
  },
]

function all({ cloud, local, nobody }: Step): number {
  return cloud + local + nobody
}

function sum(steps: readonly Step[], valueOf: (step: Step) => number): number {
  return steps.reduce((total, step) => total + valueOf(step), 0)
}

function rate(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}

/** What the lines say at their ends. */
function latest(
  steps: readonly Step[],
  of: (step: Step) => Step['firstContentMs'],
  format: (value: number) => string,
): string {
  const words = (['cloud', 'local'] as const).flatMap((kind) => {
    const value = steps.map((step) => of(step)[kind]).findLast((known) => known !== undefined)
    return value === undefined ? [] : [`${kind} ${format(value)}`]
  })
  return words.length === 0 ? 'nothing measured yet' : `last ${words.join(', ')}`
}
