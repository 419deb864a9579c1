/** The totals of the days. */
import type { DayView } from '../../src/admin/views.ts'
import { costOfDay } from '../../src/observe/days/day.ts'
import { tokensOf } from '../model/day-tokens.ts'
import { dayName } from '../words/moments.ts'
import { count, money, percent, shortCount } from '../words/numbers.ts'
import { reasonName } from '../words/reasons.ts'
import { usePage } from './page.ts'
import { Section } from './section.tsx'
import { WideTable } from './wide-table.tsx'

export function Days({ today }: { today: DayView }) {
  const known = usePage().store.model.value.days ?? []
  const days = [today, ...known.filter(({ day }) => day !== today.day)]
  return (
    <Section name="days" title="Days">
      <WideTable name="Totals of the days" heads={heads}>
        {days.map((day) => (
          <Row key={day.day} day={day} today={today.day} />
        ))}
      </WideTable>
    </Section>
  )
}

const heads = [
  'Day',
  'Exchanges',
  'Fell back',
  'Why',
  'Seams',
  'Failed',
  'Cloud tokens',
  'Local tokens',
  'Spent',
  'Not spent',
]

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
      <td>{money(costOfDay(day))}</td>
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
