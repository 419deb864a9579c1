/** One exchange in a line or two: its chain hop by hop, its answer as a bar, its times. */
import { firstContentMs, seamsOf, type AttemptEntry, type Entry } from '../../src/observe/journal/entry.ts'
import { hrefOf } from '../live/place.ts'
import { answererOf } from '../model/answerer.ts'
import { lengthOf } from '../model/phases.ts'
import { exchangeName } from '../words/dialects.ts'
import { measured } from '../words/durations.ts'
import { timeOfDay } from '../words/moments.ts'
import { counted, shortCount } from '../words/numbers.ts'
import { attemptWords, exchangeWords } from '../words/reasons.ts'
import { AnswerBar } from './answer-bar.tsx'
import { usePage } from './page.ts'

export function ExchangeRow({ entry }: { entry: Entry }) {
  const { store } = usePage()
  const isOpen = entry.end.is === 'open'
  // Only those that go on are drawn anew every second.
  const nowMs = isOpen ? store.nowMs.value : 0
  const length = measured(lengthOf(entry, nowMs))
  return (
    <li class={`row ${answererOf(entry)}`}>
      <a
        class="row-link"
        href={hrefOf(entry.id)}
        aria-label={`${timeOfDay(entry.atMs)}, ${exchangeName(entry)}, ${exchangeWords(entry)}`}
      >
        <time>{timeOfDay(entry.atMs)}</time>
      </a>
      <div class="row-main">
        <ol class="chain">
          {entry.attempts.map((attempt, at) => (
            <Hop key={at} attempt={attempt} />
          ))}
          {entry.attempts.length === 0 && <li class="soft">nobody asked yet</li>}
        </ol>
        <p class="row-facts">
          <Facts entry={entry} />
        </p>
      </div>
      <div class="row-bar">
        <AnswerBar entry={entry} nowMs={nowMs} />
      </div>
      <p class="row-time">{length}</p>
    </li>
  )
}

function Hop({ attempt }: { attempt: AttemptEntry }) {
  const { target, kind, how, end, startMs, endMs } = attempt
  const took = end.is === 'skipped' || endMs === undefined ? undefined : measured(endMs - startMs)
  return (
    <li class={`hop ${end.is}`}>
      <span class={`dot ${kind}`} />
      <span class="target">{target}</span>
      {end.is !== 'answered' && <span class="outcome">{attemptWords(attempt)}</span>}
      {end.is === 'answered' && how === 'seam' && <span class="outcome">went on with it</span>}
      {took !== undefined && end.is !== 'answered' && <span class="took">{took}</span>}
    </li>
  )
}

function Facts({ entry }: { entry: Entry }) {
  const { model, isStream, attempts, end } = entry
  const seams = seamsOf(entry)
  const first = firstContentMs(entry)
  const tokens = attempts.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0)
  const facts = [
    exchangeName(entry),
    model,
    isStream && first !== undefined && `first content ${measured(first)}`,
    tokens > 0 && `${shortCount(tokens)} tokens`,
    seams > 0 && counted(seams, 'seam'),
    end.is === 'gone' && 'its client left',
    end.is === 'failed' && 'failed',
  ]
  return (
    <>
      {facts
        .filter((fact) => typeof fact === 'string')
        .map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
    </>
  )
}
