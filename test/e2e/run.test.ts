import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../fakes/output.ts'
import type { TestProcess } from '../fakes/process.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { emptyFolder, localModel, spawnTrooper, startTrooper } from './trooper.ts'

let provider: FakeProvider
let ollama: FakeOllama
beforeAll(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
})
afterAll(() => Promise.all([provider.stop(), ollama.stop()]))

const behind = (endpoint: string): Record<string, string> => ({
  PRIMARY_URL: `${provider.url}${endpoint}`,
  FALLBACK_URL: `${ollama.url}/api/chat`,
  FALLBACK_MODEL: localModel,
  // Nobody listens there.
  TROOPER_PORT: '9',
})

/** Runs JavaScript as the program behind Trooper. */
function runScript(env: Record<string, string>, script: string, ...rest: string[]): TestProcess {
  return spawnTrooper(env, ['run', '--', process.execPath, '-e', script, ...rest])
}

const shown = /_BASE_URL$|_API_BASE$|^PRIMARY_API_KEY$/
const printVariables = `console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => ${shown}.test(name)))))`

async function variablesOf(process: TestProcess): Promise<Record<string, string | undefined>> {
  const text = await process.line((line) => (line.startsWith('{') ? line : undefined))
  await process.exit()
  return JSON.parse(text) as Record<string, string | undefined>
}

const askClaude = `
  const answer = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: { 'x-api-key': '${planted.clientKey}', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }),
  })
  console.log('answered by ' + (answer.headers.get('x-trooper-fallback') ?? 'the provider'))
`

describe('trooper run', () => {
  it('starts a program behind a Trooper of its own, and ends with its exit code', async () => {
    await provider.play({ mode: 'anthropic-overloaded' })
    const process = runScript(behind('/v1/messages'), `${askClaude}\nprocess.exitCode = 7`)
    expect(await process.line((line) => /answered by (.+)/.exec(line)?.[1])).toBe(localModel)
    expect(await process.exit()).toBe(7)
  })

  it('leaves the terminal to the program: its log stands in the data folder', async () => {
    await provider.play({ mode: 'anthropic-overloaded' })
    const folder = scratchFolder('data')
    const process = runScript({ ...behind('/v1/messages'), TROOPER_DATA_DIR: folder }, askClaude)
    await process.exit()
    expect(process.stdout.trim().split('\n')).toHaveLength(1)
    expect(process.stderr).toBe('')
    expect(readFileSync(join(folder, 'run.log'), 'utf8')).toContain('Routing to local model')
  })

  it.skipIf(!existsSync('/dev/full'))('goes on where the disk has no room for its log', async () => {
    await provider.play({ mode: 'anthropic-overloaded' })
    const folder = scratchFolder('data')
    symlinkSync('/dev/full', join(folder, 'run.log'))
    const process = runScript({ ...behind('/v1/messages'), TROOPER_DATA_DIR: folder }, askClaude)
    expect(await process.line((line) => /answered by (.+)/.exec(line)?.[1])).toBe(localModel)
    expect(await process.exit()).toBe(0)
  })

  it.each([
    ['is no folder', (path: string) => writeFileSync(path, '')],
    [
      'has a pipe in its place',
      (path: string) => {
        mkdirSync(path)
        execFileSync('mkfifo', [join(path, 'run.log')])
      },
    ],
  ])('runs the program without a log where the folder for it %s, and says so', async (_what, put) => {
    await provider.play({ mode: 'anthropic-overloaded' })
    const file = join(scratchFolder('data'), 'a-file')
    put(file)
    const process = runScript({ ...behind('/v1/messages'), TROOPER_DATA_DIR: file }, askClaude)
    expect(await process.line((line) => /answered by (.+)/.exec(line)?.[1])).toBe(localModel)
    expect(await process.exit()).toBe(0)
    expect(process.stderr).toMatch(/^\S+run\.log cannot be written \(\w+\): .*TROOPER_DATA_DIR.*\n$/)
  })

  it('uses the Trooper of this installation that runs already', async () => {
    const installation = { ...behind('/v1/messages'), TROOPER_DATA_DIR: scratchFolder('data') }
    const running = await startTrooper(installation, ['--port', '0'])
    const port = new URL(running.url).port
    const process = runScript({ ...installation, TROOPER_PORT: port }, printVariables)
    expect(await variablesOf(process)).toMatchObject({ ANTHROPIC_BASE_URL: running.url })
    expect(process.stderr).toBe('')
    await running.process.stop()
  })

  it.each(['its own answer', 'the true one’s'] as const)(
    'sends nobody to a program that took the port and says that it is Trooper, with %s',
    async (whose) => {
      const installation = { ...behind('/v1/messages'), TROOPER_DATA_DIR: scratchFolder('data') }
      const elsewhere = await startTrooper(installation, ['--port', '0'])
      const impostor = createServer(async (request, response) => {
        const asked =
          whose === 'its own answer' ? {} : { 'x-trooper-challenge': String(request.headers['x-trooper-challenge']) }
        const proof = (await fetch(`${elsewhere.url}/healthz`, { headers: asked })).headers.get('x-trooper-proof')
        response.writeHead(200, { 'x-trooper-proof': proof ?? 'A'.repeat(43) })
        response.end(JSON.stringify({ name: 'trooper', version: '1.0.0', status: 'ok' }))
      })
      await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
      const { port } = impostor.address() as AddressInfo
      const process = runScript({ ...installation, TROOPER_PORT: String(port) }, printVariables)
      const { ANTHROPIC_BASE_URL: url = '' } = await variablesOf(process)
      expect([String(port), new URL(elsewhere.url).port]).not.toContain(new URL(url).port)
      expect(process.stderr).toContain(
        `What listens at http://127.0.0.1:${port} says that it is Trooper, but does not know the token`,
      )
      impostor.close()
      await elsewhere.process.stop()
    },
  )

  it('tells the clients of the provider alone where to go: no key reaches a stranger', async () => {
    const claude = await variablesOf(runScript(behind('/v1/messages'), printVariables))
    expect(claude['ANTHROPIC_BASE_URL']).toMatch(/^http:\/\/localhost:\d+$/)
    expect(claude['OPENAI_BASE_URL']).toBeUndefined()
    const openai = await variablesOf(runScript(behind('/v1/chat/completions'), printVariables))
    expect(openai['OPENAI_BASE_URL']).toMatch(/^http:\/\/localhost:\d+\/v1$/)
    expect(openai['ANTHROPIC_BASE_URL']).toBeUndefined()
    expect(openai['GROQ_BASE_URL']).toBeUndefined()
  })

  it('tells all clients where Trooper has a key of its own', async () => {
    const env = { ...behind('/v1/messages'), PRIMARY_API_KEY: planted.primaryKey }
    const variables = await variablesOf(runScript(env, printVariables))
    for (const name of [
      'ANTHROPIC_BASE_URL',
      'OPENAI_BASE_URL',
      'OPENAI_API_BASE',
      'GROQ_BASE_URL',
      'TOGETHER_BASE_URL',
    ])
      expect(variables[name]).toMatch(/^http:\/\/localhost:\d+(\/v1)?$/)
    // An agent runs commands of a model's: they need not know the real key.
    expect(variables['PRIMARY_API_KEY']).toBeUndefined()
  })

  it('gives clients the token in the place of their key', async () => {
    const env = { ...behind('/v1/messages'), PRIMARY_API_KEY: planted.primaryKey, TROOPER_TOKEN: planted.token }
    const isToken = `console.log(process.env.ANTHROPIC_API_KEY === '${planted.token}' ? 'the token' : 'something else')`
    expect(await runScript(env, isToken).line((line) => line)).toBe('the token')
  })

  it('passes everything behind -- on, also what looks like a flag of its own', async () => {
    const process = runScript(behind('/v1/messages'), 'console.log(process.argv.slice(1).join())', '--', '--help', '-v')
    expect(await process.line((line) => (line.includes('-v') ? line : undefined))).toContain('--help,-v')
    await process.exit()
  })

  it.each([
    [['run'], 78, 'trooper run -- claude'],
    [['run', 'claude'], 78, 'trooper run -- claude'],
    [['run', '--prot', '1', '--', 'claude'], 78, "'--prot'"],
    [['run', '--', 'no-such-program-here'], 127, "'no-such-program-here' is not on this machine's PATH"],
  ])('says in one sentence what is wrong with %j', async (args, code, words) => {
    const process = spawnTrooper(behind('/v1/messages'), args, emptyFolder())
    expect(await process.exit()).toBe(code)
    expect(process.stderr).toContain(words)
    expect(process.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('ends a program that it is asked to end', async () => {
    const process = runScript(behind('/v1/messages'), `console.log('up'); setInterval(() => {}, 1000)`)
    await process.line((line) => (line === 'up' ? line : undefined))
    process.signal('SIGTERM')
    expect(await process.exit()).toBe(143)
  })
})
