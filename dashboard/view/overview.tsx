/** Everything on one page: the answer to "who answers, why, until when" first. */
import type { StatusView } from '../../src/admin/views.ts'
import { Answering } from './answering.tsx'
import { Charts } from './charts.tsx'
import { Days } from './days.tsx'
import { Drill } from './drill.tsx'
import { Engines } from './engines.tsx'
import { Exchanges } from './exchanges.tsx'
import { Targets } from './targets.tsx'
import { Today } from './today.tsx'

export function Overview({ status, isStale }: { status: StatusView; isStale: boolean }) {
  return (
    <div class={isStale ? 'overview stale' : 'overview'}>
      <Answering status={status} />
      <Today today={status.today} />
      <Exchanges />
      <div class="side">
        <Targets targets={status.targets} />
        <Engines engines={status.engines} />
      </div>
      <Charts />
      <Days today={status.today} />
      <Drill />
    </div>
  )
}
