/** Whose files say where a key or a token is sent: those of a person who set Trooper up, never those of a folder that one only works in. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import type { TestProcess } from '../fakes/process.ts'
import { startProvider, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { emptyFolder, spawnTrooper, startStage, type Stage } from './trooper.ts'

const started: TestProcess[] = []
let folder: string
let own: string
beforeEach(() => {
  folder = emptyFolder()
  own = scratchFolder('data')
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.stop()))
})

/** In the folder, whose `.env` these lines are. */
function spawn(args: string[], lines: string[], env: Record<string, string> = {}): TestProcess {
  if (lines.length > 0) writeFileSync(join(folder, '.env'), lines.map((line) => `${line}\n`).join(''))
  const process = spawnTrooper({ TROOPER_DATA_DIR: own, ...env }, args, folder)
  started.push(process)
  return process
}

const ask = `
  const answer = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: { 'x-api-key': '${planted.clientKey}', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }),
  })
  console.log('status ' + answer.status)
`

describe('trooper run in a folder of somebody else’s', () => {
  let theirs: FakeProvider
  let mine: FakeProvider
  beforeEach(async () => {
    ;[theirs, mine] = await Promise.all([startProvider(), startProvider()])
  })
  afterEach(() => Promise.all([theirs.stop(), mine.stop()]))

  const runProgram = (lines: string[]): TestProcess => spawn(['run', '--', process.execPath, '-e', ask], lines)

  it('sends no key where its files say, but where the own ones do', async () => {
    const nobody = ['TROOPER_PORT=9', 'FALLBACK_URL=http://127.0.0.1:7/api/chat']
    writeFileSync(join(own, '.env'), [`PRIMARY_URL=${mine.url}/v1/messages`, ...nobody].join('\n'))
    writeFileSync(join(folder, 'trooper.yaml'), `targets: { a: { url: '${theirs.url}/v1/messages' } }\n`)
    const program = runProgram([`PRIMARY_URL=${theirs.url}/v1/messages`])
    expect(await program.line((line) => /status (.+)/.exec(line)?.[1])).toBe('200')
    expect(await program.exit()).toBe(0)
    expect(await mine.requests()).toHaveLength(1)
    expect(await theirs.requests()).toEqual([])
    expect(program.stderr).toBe(
      ['.env', 'trooper.yaml']
        .map(
          (name) =>
            `${name} of this folder is not read by trooper run, which believes no folder that it works in; what is yours belongs in ${join(own, name)}.\n`,
        )
        .join(''),
    )
  })

  it('says nothing of a .env that is about the project', async () => {
    writeFileSync(join(own, '.env'), `PRIMARY_URL=${mine.url}/v1/messages\nTROOPER_PORT=9\n`)
    const program = runProgram(['DATABASE_URL=postgres://127.0.0.1/', 'WAIT_MAX=nonsense'])
    expect(await program.exit()).toBe(0)
    expect(program.stderr).toBe('')
  })
})

describe('a running Trooper', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await startStage('/v1/messages', { TROOPER_DATA_DIR: own })
  })
  afterEach(() => stage.stop())

  it('is found at the port that a .env names', async () => {
    const status = spawn(['status', '--json'], [`TROOPER_PORT=${new URL(stage.trooper.url).port}`])
    expect(await status.exit()).toBe(0)
  })

  it('is found at the port that the .env of the data folder names', async () => {
    writeFileSync(join(own, '.env'), `TROOPER_PORT=${new URL(stage.trooper.url).port}\n`)
    expect(await spawn(['status', '--json'], []).exit()).toBe(0)
  })

  it.each(['status', 'logs', 'override local', 'probe'])(
    'on a machine that only a .env names is shown no token by: trooper %s',
    async (command) => {
      const process = spawn(command.split(' '), ['TROOPER_HOST=trooper.example', 'TROOPER_PORT=80'])
      expect(await process.exit()).toBe(78)
      expect(process.stderr).toBe(
        "TROOPER_HOST 'trooper.example' stands in a file, and Trooper's token would be sent there; if your Trooper is there, say --host trooper.example.\n",
      )
    },
  )

  it('on another machine is asked where the person says so', async () => {
    const status = spawn(['status', '--host', 'trooper.invalid'], ['TROOPER_PORT=80'])
    expect(await status.exit()).toBe(1)
    expect(status.stderr).toMatch(/^No Trooper answers at http:\/\/trooper\.invalid:80;/)
  })
})

describe('trooper start', () => {
  const fromOwn = 'http://from-own-file.test/v1/messages'
  beforeEach(() => writeFileSync(join(own, '.env'), `PRIMARY_URL=${fromOwn}\nTROOPER_PORT=0\n`))
  const primaryOf = (process: TestProcess): Promise<string> =>
    process.line((line) => /Primary {2}: (\S+)/.exec(line)?.[1])

  it('reads the files of the data folder where the working folder has none', async () => {
    expect(await primaryOf(spawn([], []))).toBe(fromOwn)
  })

  it('reads them where the .env of the working folder says nothing of Trooper', async () => {
    const project = ['DATABASE_URL=postgres://127.0.0.1/', 'PORT=8080', 'OPENAI_API_KEY=sk-x', 'a line without a name']
    expect(await primaryOf(spawn([], project))).toBe(fromOwn)
  })

  it('reads those of the working folder where its .env names a single setting', async () => {
    const process = spawn([], ['DATABASE_URL=x', 'WAIT_MAX=1'], { TROOPER_PORT: '0' })
    expect(await primaryOf(process)).toBe('https://api.anthropic.com/v1/messages')
  })

  it('reads those of the working folder where its .env seems to mean a setting, and says so', async () => {
    const process = spawn([], ['PRIMARY_ULR=http://127.0.0.1:9/v1/messages'], { TROOPER_PORT: '0' })
    expect(await primaryOf(process)).toBe('https://api.anthropic.com/v1/messages')
    await process.line((line) => line.includes('is PRIMARY_URL meant?') || undefined)
  })

  it.each([
    ['TROOPER_PROT=1', 'TROOPER_PROT is no setting of Trooper'],
    ['', '.env cannot be read'],
  ])('says what is wrong with the .env of the working folder: %s', async (line, problem) => {
    if (line === '') mkdirSync(join(folder, '.env'))
    const process = spawn([], line === '' ? [] : [line])
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toContain(problem)
  })

  it('reads the trooper.yaml of the working folder beside a .env about something else', async () => {
    writeFileSync(
      join(folder, 'trooper.yaml'),
      'settings: { primary-url: http://from-yaml.test/v1/messages, port: 0 }\n',
    )
    expect(await primaryOf(spawn([], ['DATABASE_URL=x']))).toBe('http://from-yaml.test/v1/messages')
  })
})
