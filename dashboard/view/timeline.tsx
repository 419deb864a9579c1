/** The attempts of an exchange under one another, on one axis of time. The cards below it say the same in words. */
import type { Entry } from '../../src/observe/journal/entry.ts'
import { lengthOf, phasesOf } from '../model/phases.ts'
import { measured } from '../words/durations.ts'

export function Timeline({ entry, nowMs }: { entry: Entry; nowMs: number }) {
  const length = lengthOf(entry, nowMs)
  const asked = entry.attempts.filter(({ end }) => end.is !== 'skipped')
  if (asked.length === 0) return null
  return (
    <div class="timeline" aria-hidden="true">
      {asked.map((attempt, at) => (
        <div key={at} class="lane">
          <p class="small-print">{attempt.target}</p>
          <div class="bar">
            {phasesOf(attempt, length).map(({ name, fromMs, toMs }) => (
              <span
                key={name}
                class={`phase ${name} ${attempt.kind}${name === 'content' && attempt.how === 'seam' ? ' seam' : ''}`}
                style={{ left: `${(fromMs / length) * 100}%`, width: `${((toMs - fromMs) / length) * 100}%` }}
              />
            ))}
          </div>
        </div>
      ))}
      <p class="axis soft small-print">
        <span>0</span>
        <span>{measured(length / 2)}</span>
        <span>{measured(length)}</span>
      </p>
      <ul class="legend">
        <li class="key queue">queue</li>
        <li class="key connect">connect</li>
        <li class="key head">first byte</li>
        <li class="key first-content">first content</li>
        <li class="key content">content</li>
        {asked.some(({ how }) => how === 'seam') && <li class="key seam">seam</li>}
      </ul>
    </div>
  )
}
