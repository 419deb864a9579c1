/** Draws a chart with uPlot. */
import uPlot from 'uplot'
import type { Step } from '../model/minutes.ts'
import { hourOf } from '../words/moments.ts'
import type { ChartSpec } from './chart.tsx'

export interface Plot {
  show(steps: readonly Step[]): void
  destroy(): void
}

export interface Colours {
  series: string[]
  text: string
  line: string
}

const height = 150
/** All charts point at the same minute. */
const together = 'hour'

/** `onPoint`: the step that is pointed at, if one is. */
export function createPlot(
  place: HTMLElement,
  spec: ChartSpec,
  colours: Colours,
  onPoint: (at: number | undefined) => void,
): Plot {
  const plot = new uPlot(optionsOf(place, spec, colours, onPoint), [[]], place)
  const sizes = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height }))
  sizes.observe(place)
  return {
    show: (steps) => plot.setData(dataOf(spec, steps)),
    destroy: () => {
      sizes.disconnect()
      plot.destroy()
    },
  }
}

/**
 * A step goes on until the next one begins, the last one too: it has a moment behind it. Bars stand on one another: the last series is the
 * sum of all, and drawn first; one that adds nothing is not drawn.
 */
function dataOf({ draws, series }: ChartSpec, steps: readonly Step[]): uPlot.AlignedData {
  const values = series.map(({ valueOf }) => steps.map((step, at) => valueOf(step, at, steps) ?? null))
  const starts = steps.map(({ atMs }) => atMs / 1000)
  const [beforeLast = 0, last = 0] = starts.slice(-2)
  const atSeconds = [...starts, last + last - beforeLast]
  if (draws === 'lines') return [atSeconds, ...values]
  if (draws === 'area') return [atSeconds, ...values.map((line) => [...line, line.at(-1) ?? null])]
  const sums = values.map((_, upTo) =>
    steps.map((_step, at) =>
      values[upTo]?.[at] ? values.slice(0, upTo + 1).reduce((sum, line) => sum + (line[at] ?? 0), 0) : null,
    ),
  )
  return [atSeconds, ...sums.toReversed()]
}

function optionsOf(
  place: HTMLElement,
  spec: ChartSpec,
  colours: Colours,
  onPoint: (at: number | undefined) => void,
): uPlot.Options {
  const { draws, series, format, top } = spec
  const drawn = series.map(({ name }, at) => seriesOf(draws, name, colours.series[at] ?? colours.text))
  return {
    width: place.clientWidth,
    height,
    // Half of the time at the right edge.
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: together }, points: { show: draws !== 'bars' } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    scales: { x: { time: true }, y: { range: (_, _low, high) => [0, top ?? niceTop(high)] } },
    axes: [
      {
        ...axisOf(colours),
        values: (_, splits) => splits.map((seconds) => hourOf(seconds * 1000)),
        space: 60,
        size: 28,
      },
      { ...axisOf(colours), values: (_, splits) => splits.map(format), size: 56, space: 36 },
    ],
    series: [{}, ...(draws === 'bars' ? drawn.toReversed() : drawn)],
  }
}

function seriesOf(draws: ChartSpec['draws'], label: string, colour: string): uPlot.Series {
  switch (draws) {
    case 'bars': {
      const paths = uPlot.paths.bars?.({ size: [0.7, 14], gap: 1, align: 1 })
      return { label, fill: colour, width: 0, points: { show: false }, ...(paths && { paths }) }
    }
    case 'area': {
      const paths = uPlot.paths.stepped?.({ align: 1 })
      return {
        label,
        stroke: colour,
        fill: faint(colour),
        width: 1.5,
        points: { show: false },
        ...(paths && { paths }),
      }
    }
    case 'lines':
      return { label, stroke: colour, width: 1.5, gaps: longGaps, points: { show: true, size: 5, fill: colour } }
  }
}

/** A minute without an answer does not interrupt a line; five do. */
function longGaps(
  plot: uPlot,
  _series: number,
  _from: number,
  _to: number,
  gaps: uPlot.Series.Gaps,
): uPlot.Series.Gaps {
  const lengthOf = ([from, to]: [number, number]): number =>
    plot.posToVal(to, 'x', true) - plot.posToVal(from, 'x', true)
  return gaps.filter((gap) => lengthOf(gap) > 300)
}

function axisOf({ text, line }: Colours): uPlot.Axis {
  const font = '12px system-ui, sans-serif'
  return { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false }, gap: 6 }
}

/** Room above the highest value, and a scale where there is none. */
function niceTop(high: number | null): number {
  return high ? high * 1.15 : 1
}

/** `rgb(1, 2, 3)` as a browser computes it, to be seen through. */
function faint(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.18)')
}
