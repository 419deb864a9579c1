/** The process of an embedded model in the life of Trooper: started, broken, left by a client, stopped, and refused where it cannot be. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { installCommand } from '../../src/embedded/library-path.ts'
import { ask, dialects, emptyFolder, localModel, spawnTrooper, startTrooper, textOf } from '../e2e/trooper.ts'
import { scratchFolder } from '../fakes/output.ts'
import { startOllama, startProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { available, dataFolderWithLibrary, tinyModel } from './equipment.ts'
import { startEngine } from './engine-process.ts'
import { startHub } from './hub.ts'
import { engineOf, enginesOf, isRunning } from './processes.ts'
import { startEmbeddedStage } from './stage.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(cleanUp.splice(0).map((clean) => clean()))
})

function kept<T extends { stop(): unknown }>(thing: T): T {
  cleanUp.push(() => thing.stop())
  return thing
}

/** A stream of as many tokens as there is room for. */
function askForMuch(url: string, maxTokens = 3000): Promise<Response> {
  const { endpoint, headers, body } = dialects.anthropic
  const request = { ...body(planted.prompt, true), max_tokens: maxTokens }
  return fetch(url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
}

/** Reads on until the text of an answer is there. */
async function untilText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  let said = ''
  while (!said.includes('text_delta')) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The answer ended before it said anything: ${said}`)
    said += Buffer.from(value).toString('utf8')
  }
  return said
}

async function restOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  let said = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return said
    said += Buffer.from(value).toString('utf8')
  }
}

describe('FALLBACK_URL=embedded', () => {
  const start = async (env: Record<string, string>): Promise<{ code: number | null; stderr: string }> => {
    const process = spawnTrooper({ TROOPER_PORT: '0', ...env })
    const code = await process.exit()
    return { code, stderr: process.stderr }
  }

  it('without its library says in one sentence how to get it', async () => {
    const folder = scratchFolder('data')
    const path = join(scratchFolder('model'), 'any.gguf')
    writeFileSync(path, 'GGUF')
    const { code, stderr } = await start({ FALLBACK_URL: `embedded:${path}`, TROOPER_DATA_DIR: folder })
    expect(code).not.toBe(0)
    expect(stderr).toContain(`needs the package node-llama-cpp`)
    expect(stderr).toContain(installCommand(folder))
  })

  const usable = available()
  if (usable === true) withLibrary(start)
  else it.skip(`skipped: ${usable.skip}`)
})

function withLibrary(start: (env: Record<string, string>) => Promise<{ code: number | null; stderr: string }>): void {
  it.each([
    [
      'a file that is not there',
      'embedded:./nothing.gguf',
      /'embedded:\.\/nothing\.gguf' names no file; correct the path/,
    ],
    ['what is no address of a model', 'embedded:hf:nobody', /is no address of a model; write hf:/],
    ['no .gguf file', 'embedded:model.bin', /is no \.gguf file/],
    ['nothing', 'embedded:', /names no model/],
  ])('with %s stops the start with a sentence', async (_name, url, expected) => {
    const { code, stderr } = await start({ FALLBACK_URL: url, TROOPER_DATA_DIR: dataFolderWithLibrary() })
    expect(code).not.toBe(0)
    expect(stderr).toMatch(expected)
  })

  it('with a file of another format stops the start with a sentence', async () => {
    const path = join(scratchFolder('model'), 'torn.gguf')
    appendFileSync(path, 'PK..')
    const { code, stderr } = await start({
      FALLBACK_URL: `embedded:${path}`,
      TROOPER_DATA_DIR: dataFolderWithLibrary(),
    })
    expect(code).not.toBe(0)
    expect(stderr).toContain('is no GGUF file')
  })

  it('with a pipe in the place of the file stops the start with a sentence', async () => {
    const path = join(scratchFolder('model'), 'pipe.gguf')
    execFileSync('mkfifo', [path])
    const { code, stderr } = await start({
      FALLBACK_URL: `embedded:${path}`,
      TROOPER_DATA_DIR: dataFolderWithLibrary(),
    })
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/cannot be read \(\w+\); make it a readable file/)
  })

  it('ends the process of the model with itself, also when it is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { trooper } = kept(await startEmbeddedStage('/v1/messages', 'plain'))
      const engine = engineOf(trooper.process)
      expect(isRunning(engine)).toBe(true)
      trooper.process.signal(signal)
      await trooper.process.exit()
      while (isRunning(engine)) await new Promise((resolve) => setImmediate(resolve))
    }
  })

  it('is named at the start', async () => {
    const { trooper } = kept(await startEmbeddedStage('/v1/messages', 'plain'))
    const engine = await trooper.process.line((line) => /Engine +: (.+)/.exec(line)?.[1])
    expect(engine).toBe('a model inside Trooper')
  })

  it('lets an answer finish where a terminal tells both processes to stop', async () => {
    const { provider, trooper } = kept(await startEmbeddedStage('/v1/messages', 'endless'))
    await provider.play({ mode: 'anthropic-credit' })
    const response = await askForMuch(trooper.url, 300)
    const reader = response.body!.getReader()
    await untilText(reader)
    const engine = engineOf(trooper.process)
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.kill(engine, signal)
    trooper.process.signal('SIGINT')
    const rest = await restOf(reader)
    expect(rest).toContain('message_stop')
    expect(rest).not.toContain('event: error')
    expect(await trooper.process.exit()).toBe(0)
    expect(trooper.process.stdout).not.toContain('ended')
  })

  it('goes on with the next target when the process breaks in the middle, and is there again for the next question', async () => {
    const provider = kept(await startProvider())
    const ollama = kept(await startOllama())
    const cwd = emptyFolder()
    const config = join(cwd, 'chain.yaml')
    writeFileSync(
      config,
      `targets:\n  inside: { url: 'embedded:${tinyModel('endless')}' }\n  beside: { url: '${ollama.url}/api/chat', model: '${localModel}' }\n` +
        'chains: { default: [primary, inside, beside] }\n',
    )
    const trooper = await startTrooper({
      PRIMARY_URL: `${provider.url}/v1/messages`,
      TROOPER_CONFIG: config,
      TROOPER_DATA_DIR: dataFolderWithLibrary(),
    })
    kept(trooper.process)
    await provider.play({ mode: 'anthropic-credit' })
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    const engine = engineOf(trooper.process)
    // Its head names nobody where it had to go out before the model was loaded.
    const response = await askForMuch(trooper.url)
    const reader = response.body!.getReader()
    await untilText(reader)
    process.kill(engine, 'SIGKILL')
    const rest = await restOf(reader)
    expect(rest).toContain('message_stop')
    expect(rest).not.toContain('event: error')
    expect(await ollama.requests('/api/chat')).toHaveLength(1)
    await trooper.process.line((line) =>
      /process of the embedded model tiny ended \(SIGKILL\)/.test(line) ? line : undefined,
    )
    const next = await ask(trooper.url, 'anthropic', false)
    expect(next.headers.get('x-trooper-fallback')).toBe('tiny')
    expect(textOf(await next.text())).not.toBe('')
    expect(enginesOf(trooper.process)).not.toEqual([engine])
  })

  it('tells the app when the process breaks in the middle and nobody else can go on', async () => {
    const { provider, trooper } = kept(await startEmbeddedStage('/v1/messages', 'endless', { SEAM: 'off' }))
    await provider.play({ mode: 'anthropic-credit' })
    const response = await askForMuch(trooper.url)
    const reader = response.body!.getReader()
    await untilText(reader)
    process.kill(engineOf(trooper.process), 'SIGKILL')
    expect(await restOf(reader)).toContain('event: error')
  })

  it('stays free for others while the process of the model hangs', async () => {
    const { provider, trooper } = kept(await startEmbeddedStage('/v1/messages', 'plain'))
    await provider.play({ mode: 'anthropic-credit' })
    const engine = engineOf(trooper.process)
    process.kill(engine, 'SIGSTOP')
    const answer = ask(trooper.url, 'anthropic', false)
    await trooper.process.line((line) => (line.includes('Routing to local model') ? line : undefined))
    expect((await fetch(`${trooper.url}/`)).status).toBe(200)
    process.kill(engine, 'SIGCONT')
    expect(textOf(await (await answer).text())).not.toBe('')
  })

  it('answers two conversations at once, one after the other', async () => {
    const { provider, trooper } = kept(await startEmbeddedStage('/v1/messages', 'plain'))
    await provider.play({ mode: 'anthropic-credit' })
    const answers = await Promise.all([true, false, true].map((stream) => ask(trooper.url, 'anthropic', stream)))
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(textOf(await answer.text())).not.toBe('')
    }
  })

  it('answers a conversation that is longer than its window from what fits, and says what is missing', async () => {
    const { provider, trooper } = kept(await startEmbeddedStage('/v1/messages', 'plain'))
    await provider.play({ mode: 'anthropic-credit' })
    const turns = Array.from({ length: 20 }, (_, at) => [
      { role: 'assistant', content: `Noted, ${at}. ${'x'.repeat(300)}` },
      { role: 'user', content: `Question ${at}. ${'y'.repeat(300)}` },
    ])
    const messages = [{ role: 'user', content: planted.prompt }, ...turns.flat()]
    const { endpoint, headers, body } = dialects.anthropic
    for (const stream of [false, true]) {
      const request = { ...body('', stream), messages, max_tokens: 20 }
      const answer = await fetch(trooper.url + endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
      expect([answer.status, answer.headers.get('x-trooper-fallback')]).toEqual([200, 'tiny'])
      expect(answer.headers.get('x-trooper-omitted')).toMatch(/^[1-9]\d* messages, [1-9]\d* tokens$/)
      expect(textOf(await answer.text())).not.toBe('')
    }
  })

  it('does not answer where nothing that makes sense would fit: the app gets the provider’s own answer', async () => {
    const { provider, trooper } = kept(await startEmbeddedStage('/v1/messages', 'small'))
    await provider.play({ mode: 'anthropic-credit' })
    for (const stream of [false, true]) {
      const answer = await ask(trooper.url, 'anthropic', stream, `${planted.prompt} ${'x'.repeat(2000)}`)
      expect([answer.status, answer.headers.has('x-trooper-fallback')]).toEqual([400, false])
      const text = await answer.text()
      expect(text).toContain('credit balance is too low')
      expect(`${answer.headers.get('x-trooper-tried')} ${text}`).toContain('local/tiny: too long')
    }
  })

  it('is looked at by trooper doctor, a word of an answer included', async () => {
    const env = { FALLBACK_URL: `embedded:${tinyModel('plain')}`, TROOPER_DATA_DIR: dataFolderWithLibrary() }
    const doctor = spawnTrooper({ TROOPER_PORT: '0', ...env }, ['doctor'])
    await doctor.exit()
    expect(doctor.stdout).toMatch(/✓ local\/tiny: embedded answers at embedded:/)
    expect(doctor.stdout).toMatch(/made for 4,096 tokens/)
    expect(doctor.stdout).toMatch(/✓ round trip: .*tiny answered through Trooper/)
  })

  it('stops working for an app that has left', async () => {
    const engine = kept(await startEngine(tinyModel('endless')))
    const left = new AbortController()
    const body = { model: 'tiny', messages: [{ role: 'user', content: 'x' }], options: { num_ctx: 65_536 } }
    const response = await engine.ask('/api/chat', body, left.signal)
    await response.body!.getReader().read()
    left.abort()
    // It would go on for minutes otherwise, and this one would wait for all of them.
    const next = await engine.chat({ ...body, options: { num_ctx: 65_536, num_predict: 2 } })
    expect(next).toMatchObject({ reason: 'length', answerTokens: 2 })
  })

  it('downloads a model of a hub, says how far it is, goes on after a stop, and answers then', async () => {
    const model = Buffer.concat([readFileSync(tinyModel('plain')), Buffer.alloc(60 * 1024 * 1024)])
    const hub = kept(await startHub(model))
    const provider = kept(await startProvider())
    const env = {
      PRIMARY_URL: `${provider.url}/v1/messages`,
      FALLBACK_URL: 'embedded:hf:user/tiny-GGUF:Q4_K_M',
      TROOPER_DATA_DIR: dataFolderWithLibrary(),
      HF_ENDPOINT: hub.url,
    }
    await provider.play({ mode: 'anthropic-credit' })

    hub.holdAt(45 * 1024 * 1024)
    const first = await startTrooper(env)
    kept(first.process)
    await hub.held()
    const refused = await ask(first.url, 'anthropic', false)
    expect(refused.status).toBe(400)
    expect(refused.headers.get('x-trooper-tried')).toMatch(/the model is being downloaded: \d+ %/)
    await first.process.line((line) =>
      /Downloading tiny:Q4_K_M: [1-9]\d* % of 63\.\d MB/.test(line) ? line : undefined,
    )
    await first.process.stop()

    const before = hub.sentBytes
    hub.goOn()
    const second = await startTrooper(env)
    kept(second.process)
    await second.process.line((line) => (line.includes('tiny:Q4_K_M is there') ? line : undefined))
    expect(hub.sentBytes - before).toBeLessThan(model.length - 20 * 1024 * 1024)
    const answer = await ask(second.url, 'anthropic', false)
    expect(answer.headers.get('x-trooper-fallback')).toBe('tiny:Q4_K_M')
    expect(textOf(await answer.text())).not.toBe('')
  })

  it('is asked as soon as its download is there, however often it was asked before', async () => {
    const hub = kept(await startHub(readFileSync(tinyModel('plain'))))
    const [provider, ollama] = [kept(await startProvider()), kept(await startOllama())]
    const cwd = emptyFolder()
    const config = join(cwd, 'chain.yaml')
    const targets = [
      "inside: { url: 'embedded:hf:user/tiny-GGUF:Q4_K_M' }",
      `beside: { url: '${ollama.url}/api/chat', model: '${localModel}' }`,
    ]
    writeFileSync(config, `targets:\n  ${targets.join('\n  ')}\nchains: { default: [primary, inside, beside] }\n`)
    await provider.play({ mode: 'anthropic-credit' })
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    hub.holdAt(0)
    const trooper = await startTrooper({
      PRIMARY_URL: `${provider.url}/v1/messages`,
      TROOPER_CONFIG: config,
      TROOPER_DATA_DIR: dataFolderWithLibrary(),
      HF_ENDPOINT: hub.url,
    })
    kept(trooper.process)
    await hub.held()
    const by = async (): Promise<string | null> =>
      (await ask(trooper.url, 'anthropic', false)).headers.get('x-trooper-fallback')
    for (let times = 0; times < 3; times += 1) expect(await by()).toBe(localModel)
    await trooper.process.line(
      (line) => line.includes('inside keeps failing: it is left alone for a while') || undefined,
    )
    hub.goOn()
    await trooper.process.line((line) => line.includes('is there: ') || undefined)

    expect(await by()).toBe('tiny:Q4_K_M')
  })
}
