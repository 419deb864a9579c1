import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { scratchFolder } from '../../test/fakes/output.ts'
import { nothingRemembered, type Remembered } from '../routing/remembered.ts'
import { openLedgerFile } from './ledger-file.ts'

const entry: Remembered['entries'][number] = {
  target: 'primary',
  place: 'https://api.example.com/v1/messages',
  account: 'digest-a',
  model: 'opus',
  limit: {
    kind: 'quota-spent',
    what: 'quota',
    scope: 'model',
    window: '5h',
    resetsAtMs: 9000,
    isUpperBound: true,
    status: 429,
    code: 'rate_limit_error',
    message: 'A sentence that quotes sk-secret and a prompt.',
  },
  refusals: 3,
  state: { is: 'resting', untilMs: 5000 },
}
const limited: Remembered['entries'][number] = {
  target: 'second',
  place: 'https://b.example/v1/messages',
  account: 'digest-b',
  limit: { kind: 'rate-limited', scope: 'account', message: 'Slow.' },
  refusals: 1,
  state: { is: 'probing', sinceMs: 7000, untilMs: 6000 },
}
const { model: _, ...customer } = entry
const usage = {
  target: 'primary',
  place: customer.place,
  account: 'digest-a',
  window: '5h',
  used: 0.9,
  resetsAtMs: 9000,
}
const remembered: Remembered = {
  entries: [entry, limited],
  usage: [usage],
  override: { mode: 'local', untilMs: 8000, by: 'agent' },
}

function stage(path = join(scratchFolder('ledger'), 'inner', 'ledger.json')) {
  const said: string[] = []
  const clock = new FakeClock()
  const report = {
    setAside: (aside: string) => void said.push(`aside ${aside}`),
    unwritable: (file: string) => void said.push(`unwritable ${file}`),
  }
  /** A process that knows what the file says, and in the end what the test makes of it. */
  const open = () => {
    const file = openLedgerFile(path, clock, report, {
      tell: () => process.known,
      learn: (all) => {
        process.known = all
      },
    })
    const save = async (known: Remembered): Promise<void> => {
      process.known = known
      file.save()
      await file.settle()
    }
    const process = { known: file.content, file, save }
    return process
  }
  return { path, said, clock, open }
}

describe('the file of the ledger', () => {
  it('gives the next process what this one knew, without a sentence of the provider', async () => {
    const { path, said, open } = stage()
    const first = open()
    expect(existsSync(path)).toBe(false)
    await first.save(remembered)
    expect(readFileSync(path, 'utf8')).not.toMatch(/secret|prompt/)
    expect(open().known).toEqual({
      ...remembered,
      entries: [
        { ...entry, limit: { ...entry.limit, message: 'The quota is spent.' } },
        {
          ...limited,
          limit: { ...limited.limit, message: 'The rate limit was reached.' },
          state: { is: 'resting', untilMs: 6000 },
        },
      ],
    })
    expect(said).toEqual([])
  })

  it('is readable by its owner only, and leaves nothing half written', async () => {
    const { path, open } = stage()
    await open().save(remembered)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json'])
  })

  it('clears away what a crash left half written', async () => {
    const { path, open } = stage()
    await open().save(remembered)
    writeFileSync(`${path}.1.2.tmp`, 'ha')
    await open().save(remembered)
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json'])
  })

  it('lets the next target be asked first, and has the first change before anybody can answer', async () => {
    const { path, open } = stage()
    const process = open()
    process.known = remembered
    process.file.save()
    // undici writes to an idle connection here.
    await setImmediate()
    expect(existsSync(path)).toBe(false)
    await setImmediate()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1, entries: [{ account: 'digest-a' }, {}] })
  })

  it('writes many changes at once as the last of them, in no time at all', async () => {
    const { open, path, clock } = stage()
    const process = open()
    await process.save({ ...remembered, usage: [{ ...usage, used: 0 }] })
    for (let used = 1; used < 100; used += 1) {
      process.known = { ...remembered, usage: [{ ...usage, used }] }
      process.file.save()
    }
    expect(readFileSync(path, 'utf8')).toContain('"used": 0,')
    clock.advance(50)
    expect(open().known.usage).toEqual([{ ...usage, used: 99 }])
    expect(clock.pending).toBe(0)
  })

  it('takes no more than a twentieth of the time, however long it takes to write', async () => {
    const { path, clock } = stage()
    let account = 0
    const tell = (): Remembered => {
      clock.advance(10)
      return only(spent(`a${account}`, 9000))
    }
    const file = openLedgerFile(path, clock, { setAside: () => {}, unwritable: () => {} }, { tell, learn: () => {} })
    file.save()
    await file.settle()
    account += 1
    file.save()
    clock.advance(199)
    expect(readFileSync(path, 'utf8')).toContain('"a0"')
    clock.advance(1)
    expect(readFileSync(path, 'utf8')).toContain('"a1"')
  })

  it('waits no longer where somebody has set the clock back', async () => {
    const { open, path, clock } = stage()
    const process = open()
    await process.save({ ...remembered, usage: [{ ...usage, used: 0 }] })
    clock.set(clock.now() - 3_600_000)
    process.known = { ...remembered, usage: [{ ...usage, used: 1 }] }
    process.file.save()
    clock.advance(50)
    expect(readFileSync(path, 'utf8')).toContain('"used": 1,')
  })

  it('teaches nobody what he said himself, and is not written where it says so already', async () => {
    const { path, clock } = stage()
    let lessons = 0
    const mind = { tell: () => remembered, learn: () => void (lessons += 1) }
    const file = openLedgerFile(path, clock, { setAside: () => {}, unwritable: () => {} }, mind)
    const marks: string[] = []
    for (let times = 0; times < 2; times += 1) {
      file.save()
      await file.settle()
      const { ino, mtimeMs } = statSync(path)
      marks.push(`${ino} ${mtimeMs}`)
    }
    expect(marks[1]).toBe(marks[0])
    expect(lessons).toBe(0)
  })

  it.each([
    ['half of it', (text: string) => text.slice(0, 200)],
    ['nothing', () => ''],
    ['something else', () => '[]'],
    ['another version', (text: string) => text.replace('"version": 1', '"version": 2')],
    ['an entry without a time', (text: string) => text.replace('"untilMs": 5000', '"untilMs": "soon"')],
    ['an unknown kind', (text: string) => text.replace('"rate-limited"', '"tired"')],
    ['no override', (text: string) => text.replace('"local"', '"away"')],
  ])('is set aside when it holds %s, and that is said', async (_name, spoil) => {
    const { path, said, open } = stage()
    await open().save(remembered)
    writeFileSync(path, spoil(readFileSync(path, 'utf8')))
    expect(open().known).toEqual({ entries: [], usage: [], override: { mode: 'auto' } })
    expect(said).toEqual([`aside ${path}.unreadable`])
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json.unreadable'])
  })

  it('is said once to be unwritable where what stands there is no file and cannot be moved', async () => {
    const { path, said, clock, open } = stage()
    mkdirSync(path, { recursive: true })
    writeFileSync(`${path}.unreadable`, 'an older one')
    const process = open()
    expect(said).toEqual([`unwritable ${path}`])
    await process.save(remembered)
    clock.advance(1000)
    await process.save(remembered)
    expect(said).toEqual([`unwritable ${path}`])
  })

  it('says once where it cannot be written, and goes on', async () => {
    const blocked = join(scratchFolder('ledger'), 'file')
    writeFileSync(blocked, '')
    const { path, said, clock, open } = stage(join(blocked, 'ledger.json'))
    const process = open()
    await process.save(remembered)
    clock.advance(1000)
    await process.save(remembered)
    expect(said).toEqual([`unwritable ${path}`])
  })

  it('is written once there is room again, though nothing new came, and at the end without another try', async () => {
    const blocked = join(scratchFolder('ledger'), 'file')
    writeFileSync(blocked, '')
    const { path, clock, open } = stage(join(blocked, 'ledger.json'))
    const process = open()
    const change = async (known: Remembered): Promise<void> => {
      process.known = known
      process.file.save()
      await setImmediate()
      await setImmediate()
    }
    await change(remembered)
    rmSync(blocked)
    clock.advance(10_000)
    expect(readFileSync(path, 'utf8')).toContain('"account": "digest-a"')
    expect(clock.pending).toBe(0)
    rmSync(blocked, { recursive: true })
    writeFileSync(blocked, '')
    await change(nothingRemembered)
    clock.advance(50)
    expect(clock.pending).toBe(1)
    await process.file.settle()
    expect(clock.pending).toBe(0)
  })
})

const spent = (account: string, untilMs: number, refusals = 1): Remembered['entries'][number] => ({
  ...entry,
  account,
  refusals,
  state: { is: 'resting', untilMs },
})
const only = (...entries: Remembered['entries']): Remembered => ({ ...nothingRemembered, entries })

describe('a file that two processes share', () => {
  const restsIn = ({ entries }: Remembered) =>
    Object.fromEntries(entries.map(({ account, state }) => [account, state.untilMs]))

  it('loses nothing that either of them learned, and each learns it from the other', async () => {
    const { open } = stage()
    const [one, other] = [open(), open()]
    await one.save(only(spent('a', 10)))
    await other.save(only(spent('b', 20)))
    expect(restsIn(other.known)).toEqual({ a: 10, b: 20 })
    await one.save({ ...only(spent('a', 10)), usage: [usage] })
    expect(restsIn(one.known)).toEqual({ a: 10, b: 20 })
    expect(open().known).toMatchObject({ usage: [usage], entries: [{ account: 'a' }, { account: 'b' }] })
  })

  it('keeps the later of two resets, whoever writes last', async () => {
    for (const [first, second] of [
      [10, 20],
      [20, 10],
    ] as const) {
      const { open } = stage()
      const [one, other] = [open(), open()]
      await one.save(only(spent('a', first)))
      await other.save(only(spent('a', second)))
      expect(restsIn(open().known)).toEqual({ a: 20 })
    }
  })

  it('brings nothing back that one of them cleared, though the other still knew it', async () => {
    const { open } = stage()
    await open().save(only(spent('a', 10), spent('b', 10)))
    const [one, other] = [open(), open()]
    await one.save(only(spent('b', 10)))
    await other.save(only(spent('a', 10), spent('b', 10), spent('c', 30)))
    expect(restsIn(open().known)).toEqual({ b: 10, c: 30 })
    expect(restsIn(other.known)).toEqual({ b: 10, c: 30 })
  })

  it('keeps a refusal that came while the other cleared', async () => {
    const { open } = stage()
    await open().save(only(spent('a', 10)))
    const [one, other] = [open(), open()]
    await one.save(nothingRemembered)
    await other.save(only(spent('a', 30, 2)))
    expect(restsIn(open().known)).toEqual({ a: 30 })
  })

  it('has the override that was set last', async () => {
    const { open } = stage()
    const [one, other] = [open(), open()]
    await one.save({ ...nothingRemembered, override: { mode: 'local' } })
    await other.save(only(spent('a', 10)))
    expect(other.known.override).toEqual({ mode: 'local' })
    await other.save({ ...other.known, override: { mode: 'primary', untilMs: 9 } })
    expect(open().known).toMatchObject({ override: { mode: 'primary' }, entries: [{ account: 'a' }] })
  })

  it.each([
    ['gone', (path: string) => rmSync(path)],
    ['broken', (path: string) => writeFileSync(path, '{')],
  ])('says nothing against what is known when it is %s', async (_what, spoil) => {
    const { path, said, open } = stage()
    const process = open()
    await process.save(only(spent('a', 10)))
    spoil(path)
    await process.save(only(spent('a', 10), spent('b', 20)))
    expect(restsIn(open().known)).toEqual({ a: 10, b: 20 })
    expect(said).toHaveLength(existsSync(`${path}.unreadable`) ? 1 : 0)
  })

  it('is waited for while the other writes, and not for ever when that was killed', () => {
    const { path, clock, open } = stage()
    const process = open()
    mkdirSync(dirname(path))
    writeFileSync(`${path}.lock`, '')
    void process.save(only(spent('a', 10)))
    clock.advance(1990)
    expect(existsSync(path)).toBe(false)
    clock.advance(20)
    expect(restsIn(open().known)).toEqual({ a: 10 })
    expect(readdirSync(dirname(path))).toEqual(['ledger.json'])
  })
})
