/** An exchange from its beginning to its end: pale where its client waited, full where somebody spoke, notched at a seam. The words beside it say the same. */
import type { Entry } from '../../src/observe/journal/entry.ts'
import { barOf } from '../model/phases.ts'

export function AnswerBar({ entry, nowMs }: { entry: Entry; nowMs: number }) {
  return (
    <div class="bar" aria-hidden="true">
      {barOf(entry, nowMs).map(({ kind, is, from, to, isSeam }, at) => (
        <span
          key={at}
          class={`piece ${kind} ${is}${isSeam ? ' seam' : ''}`}
          style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
        />
      ))}
    </div>
  )
}
