import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../clock.ts'
import type { Remembered } from '../routing/remembered.ts'
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
const remembered: Remembered = { entries: [entry, limited], usage: [usage], override: { mode: 'local', untilMs: 8000 } }

function stage(path = join(mkdtempSync(join(tmpdir(), 'trooper-ledger-')), 'inner', 'ledger.json')) {
  const said: string[] = []
  const clock: Clock = { now: () => 0, after: () => () => {} }
  const open = () =>
    openLedgerFile(path, clock, {
      setAside: (aside) => said.push(`aside ${aside}`),
      unwritable: (file) => said.push(`unwritable ${file}`),
    })
  return { path, said, open }
}

describe('the file of the ledger', () => {
  it('gives the next process what this one knew, without a sentence of the provider', async () => {
    const { path, said, open } = stage()
    const first = await open()
    expect(existsSync(path)).toBe(false)
    first.save(() => remembered)
    await first.settle()
    expect(readFileSync(path, 'utf8')).not.toMatch(/secret|prompt/)
    expect((await open()).remembered).toEqual({
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
    const file = await open()
    file.save(() => remembered)
    await file.settle()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json'])
  })

  it('clears away what a crash left half written', async () => {
    const { path, open } = stage()
    const file = await open()
    file.save(() => remembered)
    await file.settle()
    writeFileSync(`${path}.1.2.tmp`, 'ha')
    await open()
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json'])
  })

  it('has the first change before anything else can happen', async () => {
    const { path, open } = stage()
    const file = await open()
    file.save(() => remembered)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1, entries: [{ account: 'digest-a' }, {}] })
  })

  it('writes many changes at once as the last of them', async () => {
    const { open } = stage()
    const file = await open()
    for (let used = 0; used < 100; used += 1) file.save(() => ({ ...remembered, usage: [{ ...usage, used }] }))
    await file.settle()
    expect((await open()).remembered.usage).toEqual([{ ...usage, used: 99 }])
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
    const file = await open()
    file.save(() => remembered)
    await file.settle()
    writeFileSync(path, spoil(readFileSync(path, 'utf8')))
    expect((await open()).remembered).toEqual({ entries: [], usage: [], override: { mode: 'auto' } })
    expect(said).toEqual([`aside ${path}.unreadable`])
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json.unreadable'])
  })

  it('says once where it cannot be written, and goes on', async () => {
    const blocked = join(mkdtempSync(join(tmpdir(), 'trooper-ledger-')), 'file')
    writeFileSync(blocked, '')
    const { path, said, open } = stage(join(blocked, 'ledger.json'))
    const file = await open()
    file.save(() => remembered)
    await file.settle()
    file.save(() => remembered)
    await file.settle()
    expect(said).toEqual([`unwritable ${path}`])
  })
})
