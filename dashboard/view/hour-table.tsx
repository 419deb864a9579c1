/** What the charts draw, in words, in steps of five minutes; for those who see no picture, and those who want the numbers. */
import type { Step } from '../model/minutes.ts'
import { measured } from '../words/durations.ts'
import { hourOf } from '../words/moments.ts'
import { percent } from '../words/numbers.ts'
import { WideTable } from './wide-table.tsx'

export function HourTable({ steps }: { steps: readonly Step[] }) {
  const used = steps.filter(({ cloud, local, nobody }) => cloud + local + nobody > 0).toReversed()
  return (
    <details class="hour-table">
      <summary>The same as a table</summary>
      <WideTable name="The last hour as a table" heads={heads}>
        {used.map((step) => (
          <tr key={step.atMs}>
            <th scope="row">{hourOf(step.atMs)}</th>
            <td>{step.cloud}</td>
            <td>{step.local}</td>
            <td>{step.nobody}</td>
            <td>{percent(step.fallbacks / (step.cloud + step.local + step.nobody))}</td>
            <td>{known(step.firstContentMs.cloud, measured)}</td>
            <td>{known(step.firstContentMs.local, measured)}</td>
            <td>{known(step.tokensPerSecond.cloud, Math.round)}</td>
            <td>{known(step.tokensPerSecond.local, Math.round)}</td>
          </tr>
        ))}
        {used.length === 0 && (
          <tr>
            <td colSpan={9}>No conversation in the last hour.</td>
          </tr>
        )}
      </WideTable>
    </details>
  )
}

const heads = [
  'From',
  'Cloud',
  'Local',
  'Nobody',
  'Fell back',
  'First content, cloud',
  'First content, local',
  'Tokens a second, cloud',
  'Tokens a second, local',
]

function known(value: number | undefined, format: (value: number) => string | number): string {
  return value === undefined ? '–' : String(format(value))
}
