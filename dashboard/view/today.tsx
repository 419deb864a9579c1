/** Today in six numbers. */
import type { DayView, MoneyView } from '../../src/admin/views.ts'
import { costOfDay } from '../../src/observe/days/day.ts'
import { tokensOf } from '../model/day-tokens.ts'
import { count, money, percent, shortCount } from '../words/numbers.ts'

export function Today({ today }: { today: DayView }) {
  const { exchanges, fallbacks, seams, failed, notSpent } = today
  return (
    <section class="today" aria-labelledby="today">
      <h2 id="today" class="only-heard">
        Today
      </h2>
      <dl class="tiles">
        <Tile name="Exchanges today" value={count(exchanges)} more={`${shortCount(tokensOf(today))} tokens`} />
        <Tile
          name="Fell back"
          value={count(fallbacks)}
          more={exchanges > 0 ? `${percent(fallbacks / exchanges)} of all` : 'of none'}
        />
        <Tile name="Seams" value={count(seams)} more="answers continued" />
        <Tile name="Failed" value={count(failed)} more="apps that got an error" isBad={failed > 0} />
        <Money name="Spent" sum={costOfDay(today)} more="at list prices" />
        <Money name="Not spent" sum={notSpent} more="at the cloud’s price" />
      </dl>
    </section>
  )
}

function Money({ name, sum, more }: { name: string; sum: MoneyView; more: string }) {
  const { unknown } = sum
  return <Tile name={name} value={money(sum)} more={unknown > 0 ? `${count(unknown)} of unknown price` : more} />
}

function Tile(props: { name: string; value: string; more: string; isBad?: boolean }) {
  return (
    <div class={props.isBad ? 'tile bad' : 'tile'}>
      <dt>{props.name}</dt>
      <dd>
        <span class="value">{props.value}</span>
        <span class="soft">{props.more}</span>
      </dd>
    </div>
  )
}
