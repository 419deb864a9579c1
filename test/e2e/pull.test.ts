/** A local model is got before it is needed. */
import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestProcess } from '../fakes/process.ts'
import { startLlamaServer, startOllama, type FakeOllama } from '../fakes/start.ts'
import { emptyFolder, program, spawnTrooper } from './trooper.ts'

const wanted = { name: 'qwen3:4b', contextLength: 40_960, capabilities: ['completion' as const, 'tools' as const] }
const model = wanted.name

let ollama: FakeOllama
const started: TestProcess[] = []
beforeAll(async () => {
  ollama = await startOllama()
})
afterAll(() => ollama.stop())
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.stop()))
  await ollama.reset()
})

function spawn(names: string[], env: Record<string, string> = {}): TestProcess {
  const process = spawnTrooper({ FALLBACK_URL: ollama.url, FALLBACK_MODEL: model, ...env }, ['pull', ...names])
  started.push(process)
  return process
}

async function run(names: string[], env?: Record<string, string>): Promise<[number | null, string, string]> {
  const process = spawn(names, env)
  return [await process.exit(), process.stdout, process.stderr]
}

const atRegistry = () => ollama.configure({ registry: [wanted] })

describe('trooper pull', () => {
  it('gets the model of the settings, and says a line for each tenth of the way where there is no terminal', async () => {
    await atRegistry()
    const lines = [0, 20, 50, 100].map((share) => `⬇️ Downloading ${model}: ${share} % of 2.0 GB\n`)
    expect(await run([])).toEqual([0, `${lines.join('')}${model} is there.\n`, ''])
    expect(await run([])).toEqual([0, `${model} is there already.\n`, ''])
  })

  it('gets those that are named, also anew', async () => {
    await atRegistry()
    const [code, out] = await run([model, 'qwen2.5:3b'])
    expect(code).toBe(0)
    expect(out).toContain(`${model} is there.\n`)
    expect(out).toContain('qwen2.5:3b is there.\n')
    expect(await ollama.requests('/api/pull')).toHaveLength(2)
  })

  it('says what Ollama says of a model that there is not, and gets the others', async () => {
    await atRegistry()
    const [code, out, err] = await run(['nonsense:1b', model])
    expect(code).toBe(1)
    expect(err).toBe('nonsense:1b could not be got: pull model manifest: file does not exist.\n')
    expect(out).toContain(`${model} is there.\n`)
  })

  it('says that it can go on when the connection breaks', async () => {
    await atRegistry()
    await ollama.play({ mode: 'ok', path: '/api/pull', holdAfter: 2 })
    const pulling = spawn([])
    await pulling.line((line) => (line.includes('50 %') ? line : undefined))
    await ollama.hangUp()
    expect(await pulling.exit()).toBe(1)
    expect(pulling.stderr).toBe(
      `${model} could not be got: the connection to Ollama broke; the next try goes on from there.\n`,
    )
  })

  it('stops when it is asked to', async () => {
    await atRegistry()
    await ollama.play({ mode: 'ok', path: '/api/pull', holdAfter: 2 })
    const pulling = spawn([])
    await pulling.line((line) => (line.includes('50 %') ? line : undefined))
    pulling.signal('SIGINT')
    expect(await pulling.exit()).toBe(1)
    expect(pulling.stderr).toBe(`${model} could not be got: it was stopped; the next try goes on from there.\n`)
  })

  it('says what to do where nobody answers, or somebody who gets no models', async () => {
    expect(await run([], { FALLBACK_URL: 'http://127.0.0.1:9/api/chat' })).toEqual([
      1,
      '',
      'Nobody who is known answers at http://127.0.0.1:9; is Ollama running? start it with: ollama serve.\n',
    ])
    const other = await startLlamaServer()
    started.push(other.process)
    const [code, , err] = await run([], { FALLBACK_URL: other.url })
    expect(code).toBe(1)
    expect(err).toMatch(/^llama-server at \S+ gets no models for others; [^\n]+\.\n$/)
  })
})

/** util-linux's, which gives a program a terminal. */
const terminal = '/usr/bin/script'

describe.runIf(existsSync(terminal))('on a terminal', () => {
  it('there is a bar, which is gone at the end', async () => {
    await atRegistry()
    const shown = new TestProcess({
      name: 'trooper',
      command: terminal,
      args: ['-qec', `exec ${process.execPath} ${program} pull`, '/dev/null'],
      env: { FALLBACK_URL: ollama.url, FALLBACK_MODEL: model },
      cwd: emptyFolder(),
    })
    started.push(shown)
    expect(await shown.exit()).toBe(0)
    // A return to the line's beginning ends a line here.
    const half = `⬇️ ${'█'.repeat(15)}${'░'.repeat(15)} 50 % of 2.0 GB  ${model}`
    expect(shown.stdout).toContain(`\n\u001B[K${half}\n\u001B[K`)
    expect(shown.stdout.endsWith('\n\u001B[Kqwen3:4b is there.\n')).toBe(true)
  })
})
