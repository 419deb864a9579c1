import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { scratchFolder } from '../../../test/fakes/output.ts'
import type { Target } from '../../routing/target.ts'
import { emptyDay } from './day.ts'
import { createDays } from './days.ts'
import { createEnded } from '../journal/ended.ts'
import type { AttemptEntry, Entry } from '../journal/entry.ts'
import { createJournal } from '../journal/journal.ts'
import { createDaysForm } from './kept-days.ts'

const url = { origin: 'https://a.example', base: '', query: '', text: 'https://a.example' }
const targets: Target[] = [
  { name: 'claude', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url, provider: 'Anthropic' },
  { name: 'other', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url },
  { name: 'local', kind: 'local', dialect: 'ollama', speaks: ['ollama'], url, model: 'qwen2.5:3b' },
]

const scratch = (): string => join(scratchFolder('days'), 'inner', 'days.json')
const noonMs = new Date(2026, 3, 21, 12).getTime()

function start(path = scratch(), clock = new FakeClock(noonMs)) {
  const lines: string[] = []
  const note = (text: string): void => void lines.push(text)
  const ended = createEnded((name) => targets.find((target) => target.name === name), clock)
  const journal = createJournal(10, 'test', ended)
  const days = createDays({ path, ended, clock, log: { info: note, warn: note, error: note } })
  /** An exchange that ends now. */
  const happens = (end: Entry['end'], ...attempts: Partial<AttemptEntry>[]): void => {
    const facts = { atMs: clock.now() - 1000, about: 'conversation', isStream: true } as const
    const entry = journal.open({ ...facts, dialect: 'anthropic', model: 'claude-haiku-4-5-20251001' })
    for (const more of attempts) {
      const kind = more.target === 'local' ? 'local' : 'cloud'
      const usual = { kind, dialect: 'anthropic', how: 'relay', startMs: 0, end: { is: 'answered' } } as const
      entry.attempts.push({ target: 'claude', model: 'claude-haiku-4-5-20251001', ...usual, ...more })
    }
    entry.totalMs = 1000
    entry.end = end
    journal.close({ entry, complete: () => {} })
  }
  return { path, clock, lines, journal, days, happens }
}

/** The clock is a test's; what the disk takes is not. */
async function written(trooper: ReturnType<typeof start>): Promise<void> {
  trooper.clock.advance(6000)
  await setImmediate()
  await setImmediate()
}

const usage = { inputTokens: 1_000_000, outputTokens: 100_000 }
const byClaude = { is: 'answered', target: 'claude' } as const
const byLocal = { is: 'answered', target: 'local' } as const
const spent = { target: 'claude', end: { is: 'failed', reason: 'quota-spent', words: 'quota spent' } } as const

describe('the totals of a day', () => {
  it('have who answered, who did not and why, what it cost and what it would have cost', () => {
    const { days, happens } = start()
    happens(byClaude, { target: 'claude', usage })
    happens(byLocal, spent, { target: 'local', usage: { inputTokens: 2_000_000, outputTokens: 0 } })
    happens({ is: 'failed', reason: 'bad-key' }, { end: { is: 'failed', reason: 'bad-key', words: 'bad key' } })
    happens({ is: 'gone' }, { end: { is: 'failed', reason: 'client-gone', words: 'client gone' } })
    expect(days.today()).toEqual({
      day: '2026-04-21',
      exchanges: 4,
      fallbacks: 1,
      failed: 1,
      seams: 0,
      byReason: { 'quota-spent': 1 },
      byTarget: {
        claude: {
          kind: 'cloud',
          answered: 1,
          failed: 2,
          inputTokens: 1_000_000,
          outputTokens: 100_000,
          cost: { usd: 1.5, unknown: 0 },
        },
        local: {
          kind: 'local',
          answered: 1,
          failed: 0,
          inputTokens: 2_000_000,
          outputTokens: 0,
          cost: { usd: 0, unknown: 0 },
        },
      },
      notSpent: { usd: 2, unknown: 0 },
    })
  })

  it('say of how many exchanges nobody knows what they cost', () => {
    const { days, happens } = start()
    // A provider without a price, a model without one, and an answer without a word about its tokens.
    happens({ is: 'answered', target: 'other' }, { target: 'other', usage })
    happens(byClaude, { model: 'claude-of-tomorrow', usage })
    happens(byClaude, {})
    happens(byLocal, spent, { target: 'local' })
    const today = days.today()
    expect(today.byTarget['other']?.cost).toEqual({ usd: 0, unknown: 1 })
    expect(today.byTarget['claude']?.cost).toEqual({ usd: 0, unknown: 2 })
    expect(today.notSpent).toEqual({ usd: 0, unknown: 1 })
  })

  it('count an exchange with several attempts at a target once', () => {
    const { days, happens } = start()
    const half = { end: { is: 'broken', reason: 'network', words: 'reset' }, contentMs: 5 } as const
    happens(byLocal, half, { ...half, how: 'seam' }, { target: 'local', how: 'seam', usage })
    expect(days.today()).toMatchObject({
      seams: 2,
      byReason: { network: 1 },
      byTarget: { claude: { answered: 0, failed: 2, cost: { unknown: 1 } } },
      notSpent: { usd: 1.5 },
    })
  })

  it('know a race’s loser that was late', () => {
    const { days, happens } = start()
    happens(byLocal, { end: { is: 'lost' } }, { target: 'local', usage })
    expect(days.today()).toMatchObject({ fallbacks: 1, byReason: { timeout: 1 }, byTarget: { claude: { failed: 0 } } })
  })

  it('leave out what is no conversation', () => {
    const { days, journal, clock } = start()
    const entry = journal.open({ atMs: clock.now(), dialect: 'anthropic', about: 'tokens', isStream: false })
    entry.end = byClaude
    journal.close({ entry, complete: () => {} })
    expect(days.today()).toEqual(emptyDay('2026-04-21'))
    expect(days.list(10)).toEqual([emptyDay('2026-04-21')])
  })

  it('begin anew at the machine’s midnight, and an exchange counts on the day on which it ended', () => {
    const clock = new FakeClock(new Date(2026, 3, 21, 23, 59, 59).getTime())
    const { days, happens } = start(undefined, clock)
    happens(byClaude, { usage })
    clock.advance(1000)
    expect(days.today()).toEqual(emptyDay('2026-04-22'))
    happens(byClaude, { usage })
    expect(days.list(10).map(({ day, exchanges }) => [day, exchanges])).toEqual([
      ['2026-04-22', 1],
      ['2026-04-21', 1],
    ])
    expect(days.list(1)).toHaveLength(1)
  })

  it('are counted in bounded memory, however many exchanges there are at once', () => {
    const { days, happens } = start()
    for (let times = 0; times < 2500; times += 1) happens(byClaude, { usage })
    expect(days.today().exchanges).toBe(2500)
  })
})

describe('the file of the days', () => {
  it('is written within seconds, by its owner only readable, and read at the next start', async () => {
    const first = start()
    first.happens(byClaude, { usage })
    expect(existsSync(first.path)).toBe(false)
    await written(first)
    expect(statSync(first.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(first.path)).mode & 0o777).toBe(0o700)
    expect(readdirSync(dirname(first.path))).toEqual(['days.json'])
    expect(start(first.path).days.list(10)).toEqual(first.days.list(10))
  })

  it('is written at the stop', async () => {
    const first = start()
    first.happens(byClaude, { usage })
    await first.days.settle()
    expect(first.clock.pending).toBe(0)
    expect(start(first.path).days.today().exchanges).toBe(1)
  })

  it('keeps the sums of two Troopers that share it', async () => {
    const clock = new FakeClock(noonMs)
    const [one, other] = [start(undefined, clock), start(undefined, clock)]
    const shared = start(one.path, clock)
    one.happens(byClaude, { usage })
    shared.happens(byClaude, { usage })
    await written(one)
    await written(shared)
    one.happens(byLocal, spent, { target: 'local', usage })
    shared.happens(byClaude, { usage })
    await Promise.all([one.days.settle(), shared.days.settle()])
    const later = start(one.path, clock).days.today()
    expect(later).toMatchObject({ exchanges: 4, fallbacks: 1, byReason: { 'quota-spent': 1 } })
    expect(later.byTarget['claude']).toMatchObject({ answered: 3, failed: 1, inputTokens: 3_000_000 })
    expect(other.days.today().exchanges).toBe(0)
  })

  it('is set aside, and said so, when nobody can read it', () => {
    const form = createDaysForm()
    const good = form.write([{ ...emptyDay('2026-04-20'), exchanges: 3 }])
    expect(form.read(good)).toHaveLength(1)
    expect(JSON.parse(good)).toMatchObject({ days: [{ day: '2026-04-20' }] })
    for (const broken of ['', 'no json', good.replace('"exchanges":3', '"exchanges":-3'), good.slice(0, -9)]) {
      const file = scratch()
      mkdirSync(dirname(file))
      writeFileSync(file, broken)
      const { days: anew, lines } = start(file)
      expect(anew.list(10)).toEqual([])
      expect(lines).toEqual([expect.stringContaining(`${file}.unreadable`)])
      expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(broken)
    }
  })

  it('goes on counting where nothing can be written, and says so once', async () => {
    const folder = scratchFolder('days')
    writeFileSync(join(folder, 'file'), '')
    const trooper = start(join(folder, 'file', 'days.json'))
    for (const exchanges of [1, 2]) {
      trooper.happens(byClaude, { usage })
      await written(trooper)
      expect(trooper.days.today().exchanges).toBe(exchanges)
    }
    expect(trooper.lines).toEqual([expect.stringContaining('cannot be written')])
  })

  it('holds no more than four hundred days', async () => {
    const clock = new FakeClock(new Date(2025, 0, 1, 12).getTime())
    const trooper = start(undefined, clock)
    for (let day = 0; day < 405; day += 1) {
      trooper.happens(byClaude, { usage })
      clock.advance(24 * 3_600_000)
    }
    await trooper.days.settle()
    const days = start(trooper.path, clock).days.list(1000)
    expect(days).toHaveLength(400)
    expect(days.at(-1)?.day).toBe('2025-01-06')
  })
})
