/** One chart of the last hour, with its legend as its colours, and its words. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Step } from '../model/minutes.ts'
import { hourOf } from '../words/moments.ts'
import { usePage } from './page.ts'
import type { Plot } from './plot.ts'
import { onceSeen } from './seen.ts'

export interface ChartSpec {
  title: string
  draws: 'bars' | 'lines' | 'area'
  series: Series[]
  /** Of its scale, where that is fixed. */
  top?: number
  format: (value: number) => string
  /** The chart in a few words. */
  summary: (steps: readonly Step[]) => string
}

interface Series {
  name: string
  colour: 'cloud' | 'local' | 'nobody'
  valueOf: (step: Step, at: number, steps: readonly Step[]) => number | undefined
}

export function Chart({ spec, steps }: { spec: ChartSpec; steps: readonly Step[] }) {
  const { theme } = usePage()
  const figure = useRef<HTMLElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLUListElement>(null)
  const plot = useRef<Plot | undefined>(undefined)
  const shown = useRef(steps)
  shown.current = steps
  const pointedAt = useSignal<number | undefined>(undefined)
  const colours = theme.theme.value

  useEffect(() => {
    let isGone = false
    const draw = async (): Promise<void> => {
      // What draws them is nearly half of the page's bytes, and the last that anybody looks at.
      const { createPlot } = await import('./plot.ts')
      if (isGone || !place.current || !legend.current) return
      plot.current = createPlot(place.current, spec, coloursOf(legend.current), (at) => {
        pointedAt.value = at
      })
      plot.current.show(shown.current)
    }
    const giveUp = figure.current ? onceSeen(figure.current, () => void draw()) : () => {}
    return () => {
      isGone = true
      giveUp()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [colours])
  useEffect(() => plot.current?.show(steps), [steps])

  const at = pointedAt.value
  const step = at === undefined ? undefined : steps[at]
  const isEmpty = !steps.some((each, place) => spec.series.some(({ valueOf }) => valueOf(each, place, steps)))
  return (
    <figure ref={figure} class={isEmpty ? 'figure nothing' : 'figure'}>
      <figcaption>
        <h3>{spec.title}</h3>
        <p class="soft small-print">{step ? hourOf(step.atMs) : spec.summary(steps)}</p>
      </figcaption>
      <div ref={place} class="plot" aria-hidden="true" />
      <ul ref={legend} class="legend" aria-hidden="true">
        {spec.series.map(({ name, colour, valueOf }) => (
          <li key={name} class={`key ${colour}`}>
            {name}
            {step && at !== undefined && <b>{known(valueOf(step, at, steps), spec.format)}</b>}
          </li>
        ))}
      </ul>
    </figure>
  )
}

function known(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value)
}

/** A canvas knows no style sheet: what is drawn gets the colours that the legend has. */
function coloursOf(legend: HTMLElement) {
  return {
    series: [...legend.children].map((key) => getComputedStyle(key, '::before').backgroundColor),
    text: getComputedStyle(legend).color,
    line: getComputedStyle(legend).borderTopColor,
  }
}
