/** Today in five numbers. */
import type { DayView } from '../../src/admin/views.ts'
import { tokensOf } from '../model/day-tokens.ts'
import { count, counted, money, percent, shortCount } from '../words/numbers.ts'

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
        <Tile
          name="Not spent"
          value={money(notSpent)}
          more={
            notSpent.unknown > 0 ? `${counted(notSpent.unknown, 'exchange')} of unknown price` : 'at the cloud’s price'
          }
        />
      </dl>
    </section>
  )
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
