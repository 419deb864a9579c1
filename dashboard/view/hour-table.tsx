/** What the charts draw, in words, in steps of five minutes; for those who see no picture, and those who want the numbers. */
import type { Step } from '../model/minutes.ts'
import { measured } from '../words/durations.ts'
import { hourOf } from '../words/moments.ts'
import { percent } from '../words/numbers.ts'

export function HourTable({ steps }: { steps: readonly Step[] }) {
  const used = steps.filter(({ cloud, local, nobody }) => cloud + local + nobody > 0).toReversed()
  return (
    <details class="hour-table">
      <summary>The same as a table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="The last hour as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Cloud</th>
              <th scope="col">Local</th>
              <th scope="col">Nobody</th>
              <th scope="col">Fell back</th>
              <th scope="col">First content, cloud</th>
              <th scope="col">First content, local</th>
              <th scope="col">Tokens a second, cloud</th>
              <th scope="col">Tokens a second, local</th>
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
      </div>
    </details>
  )
}

function known(value: number | undefined, format: (value: number) => string | number): string {
  return value === undefined ? '–' : String(format(value))
}
