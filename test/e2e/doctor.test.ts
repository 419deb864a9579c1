import { once } from 'node:events'
import { createServer } from 'node:net'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { emptyFolder, localModel, spawnTrooper, spawnUnread, startTrooper } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
beforeAll(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
})
beforeEach(() => Promise.all([provider.reset(), ollama.reset()]))
afterAll(() => Promise.all([provider.stop(), ollama.stop()]))

const working = (): Record<string, string> => ({
  PRIMARY_URL: `${provider.url}/v1/messages`,
  FALLBACK_URL: `${ollama.url}/api/chat`,
  FALLBACK_MODEL: localModel,
  TROOPER_PORT: '0',
})

interface Report {
  ok: boolean
  findings: { mark: string; subject: string; says: string; remedy: string | null }[]
}

async function examine(
  env: Record<string, string>,
  cwd = emptyFolder(),
): Promise<{ code: number | null; report: Report }> {
  const process = spawnTrooper(env, ['doctor', '--json'], cwd)
  const code = await process.exit()
  expect(process.stderr).toBe('')
  return { code, report: JSON.parse(process.stdout) as Report }
}

const bad = ({ findings }: Report): string[] =>
  findings.flatMap(({ mark, subject, says, remedy }) => (mark === 'bad' ? [`${subject}: ${says} -> ${remedy}`] : []))

describe('trooper doctor', () => {
  it('finds nothing wrong where all is well, and proves it with an answer through the whole path', async () => {
    const { code, report } = await examine(working())
    expect(bad(report)).toEqual([])
    expect(code).toBe(0)
    expect(report.findings.at(-1)).toMatchObject({ subject: 'round trip', says: expect.stringContaining(localModel) })
  })

  it('looks whether what outlives a restart can be kept, and makes no folder for that', async () => {
    const home = emptyFolder()
    const there = join(home, 'some', 'where')
    const file = join(home, 'file')
    writeFileSync(file, '')
    const found = async (folder: string): Promise<object | undefined> => {
      const { report } = await examine({ ...working(), TROOPER_DATA_DIR: folder })
      return report.findings.find(({ subject }) => subject === 'data folder')
    }
    expect(await found(there)).toMatchObject({ mark: 'good', says: there })
    expect(existsSync(there)).toBe(false)
    for (const folder of [file, join(file, 'within')])
      expect(await found(folder)).toMatchObject({
        mark: 'doubtful',
        remedy: expect.stringContaining('TROOPER_DATA_DIR'),
      })
  })

  it('warns of an Ollama that is too old to be forbidden to cut a conversation', async () => {
    await ollama.configure({ version: '0.12.5' })
    const { report } = await examine(working())
    expect(report.findings).toContainEqual({
      mark: 'doubtful',
      subject: `local/${localModel}`,
      says: expect.stringMatching(/^ollama 0\.12\.5 answers at \S+; it cannot be forbidden to cut/),
      remedy: expect.stringMatching(/^update Ollama to 0\.12\.6 or newer/),
    })
  })

  it('minds nobody who reads no further', async () => {
    const process = spawnUnread({ ...working(), FALLBACK_MODEL: 'not-here:1b' }, ['doctor'])
    expect(await process.exit()).toBe(1)
    expect(process.stderr).toBe('')
  })

  it('says it to people in a line each, with the remedy, and a verdict', async () => {
    const process = spawnTrooper({ ...working(), FALLBACK_MODEL: 'not-here:1b' }, ['doctor'])
    expect(await process.exit()).toBe(1)
    const lines = process.stdout.trim().split('\n')
    expect(lines.slice(0, -1).every((line) => /^[✓⚠✗] /.test(line))).toBe(true)
    expect(process.stdout).toMatch(
      /^✗ local\/not-here:1b: the model not-here:1b is not there; it has .* → .*ollama pull not-here:1b$/m,
    )
    expect(lines.at(-1)).toMatch(/are wrong: Trooper cannot protect you yet\.$/)
  })

  it('tells where each setting came from, and never a secret', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.env'), 'WAIT_MAX=3\n')
    const { report } = await examine({ ...working(), PRIMARY_API_KEY: planted.primaryKey }, folder)
    const said = Object.fromEntries(report.findings.map(({ subject, says }) => [subject, says]))
    expect(said['WAIT_MAX']).toContain('(from .env)')
    expect(said['PRIMARY_URL']).toContain('(from the environment)')
    expect(JSON.stringify(report)).not.toContain(planted.primaryKey)
  })

  it('finds a configuration that does not work', async () => {
    const { code, report } = await examine({ ...working(), WAIT_MAX: 'soon' })
    expect(code).toBe(1)
    expect(bad(report)).toEqual([expect.stringContaining("WAIT_MAX 'soon'")])
  })

  it('finds a port that another program uses', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const { report } = await examine({ ...working(), TROOPER_PORT: port })
    other.close()
    expect(bad(report)).toEqual([expect.stringContaining(`port: ${port} on 127.0.0.1 is used by another program`)])
  })

  it('knows a Trooper that runs already from another program', async () => {
    const running = await startTrooper(working())
    const { report } = await examine({ ...working(), TROOPER_PORT: new URL(running.url).port })
    await running.process.stop()
    expect(report.findings.find(({ subject }) => subject === 'port')?.says).toMatch(/^Trooper \S+ is running at /)
  })

  it('finds a provider that cannot be reached', async () => {
    const { report } = await examine({ ...working(), PRIMARY_URL: 'http://127.0.0.1:9/v1/messages' })
    expect(bad(report)).toEqual([expect.stringContaining('primary (http://127.0.0.1:9): connection refused')])
  })

  it('finds a key that the provider does not take', async () => {
    await provider.play({ mode: 'anthropic-bad-key' })
    const { report } = await examine({ ...working(), PRIMARY_API_KEY: planted.primaryKey })
    expect(bad(report)).toEqual([expect.stringMatching(/^primary .*: bad key: .* -> correct its key/)])
  })

  it('finds no fault in a key that it was not told: the app brings it', async () => {
    await provider.play({ mode: 'anthropic-bad-key' })
    const { code, report } = await examine(working())
    expect(code).toBe(0)
    expect(report.findings.map(({ says }) => says)).toContain('not set: the key that your app sends is passed on')
  })

  it('finds a local server that is not there', async () => {
    const { code, report } = await examine({ ...working(), FALLBACK_URL: 'http://127.0.0.1:9/api/chat' })
    expect(code).toBe(1)
    expect(bad(report)).toEqual([
      expect.stringContaining(`local/${localModel}: no local server that is known answers at http://127.0.0.1:9`),
      expect.stringContaining('round trip: no local model answered through Trooper'),
    ])
  })
})
