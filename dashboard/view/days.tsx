/** The totals of the days. */
import type { DayView } from '../../src/admin/views.ts'
import { tokensOf } from '../model/day-tokens.ts'
import { dayName } from '../words/moments.ts'
import { count, money, percent, shortCount } from '../words/numbers.ts'
import { reasonName } from '../words/reasons.ts'
import { usePage } from './page.ts'
import { Section } from './section.tsx'

export function Days({ today }: { today: DayView }) {
  const known = usePage().store.model.value.days ?? []
  const days = [today, ...known.filter(({ day }) => day !== today.day)]
  return (
    <Section name="days" title="Days">
      <div class="scroll" tabIndex={0} role="region" aria-label="Totals of the days">
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Exchanges</th>
              <th scope="col">Fell back</th>
              <th scope="col">Why</th>
              <th scope="col">Seams</th>
              <th scope="col">Failed</th>
              <th scope="col">Cloud tokens</th>
              <th scope="col">Local tokens</th>
              <th scope="col">Not spent</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <Row key={day.day} day={day} today={today.day} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function Row({ day, today }: { day: DayView; today: string }) {
  const { exchanges, fallbacks, seams, failed, notSpent } = day
  return (
    <tr>
      <th scope="row">{dayName(day.day, today)}</th>
      <td>{count(exchanges)}</td>
      <td>
        {count(fallbacks)}
        {fallbacks > 0 && <span class="soft"> {percent(fallbacks / exchanges)}</span>}
      </td>
      <td class="words">{mainReasons(day)}</td>
      <td>{count(seams)}</td>
      <td>{count(failed)}</td>
      <td>{shortCount(tokensOf(day, 'cloud'))}</td>
      <td>{shortCount(tokensOf(day, 'local'))}</td>
      <td>{money(notSpent)}</td>
    </tr>
  )
}

/** The two that were most often the reason. */
function mainReasons({ byReason }: DayView): string {
  return Object.entries(byReason)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 2)
    .map(([reason, times]) => `${reasonName(reason)} ${count(times)}`)
    .join(', ')
}
