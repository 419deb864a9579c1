/** Whom a target is not asked for, until when, and why. */
import type { RestView } from '../../src/admin/views.ts'
import { untilWhen, whoseRest, whyRest } from '../words/rests.ts'
import { usePage } from './page.ts'

export function Rests({ target, rests }: { target: string; rests: readonly RestView[] }) {
  const nowMs = usePage().store.nowMs.value
  return (
    <ul class="rests" aria-label={`Whom ${target} is not asked for`}>
      {rests.map((rest) => (
        <li key={[rest.account, rest.model, rest.reason].join('\n')}>
          <p>
            <span>{whoseRest(rest)}</span>
            <span>{untilWhen(rest, nowMs)}</span>
          </p>
          <p class="soft small-print">{whyRest(rest)}</p>
        </li>
      ))}
    </ul>
  )
}
