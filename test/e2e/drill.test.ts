/** `trooper drill`, as a person or a script runs it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { outcomeWanted } from '../../src/drill/scenario.ts'
import { scenarios } from '../../src/drill/scenarios.ts'
import { scratchFolder } from '../fakes/output.ts'
import type { TestProcess } from '../fakes/process.ts'
import { startOllama } from '../fakes/start.ts'
import { dialectNames, dialects, emptyFolder, spawnTrooper, textOf, type TestedDialect } from './trooper.ts'

const running: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop()))
})

/** Nothing listens on the first port of a machine. */
const nobody = 'http://127.0.0.1:1/api/chat'

function drill(args: string[], env: Record<string, string> = {}, folder = emptyFolder()): TestProcess {
  const process = spawnTrooper({ FALLBACK_URL: nobody, ...env }, ['drill', ...args], folder)
  running.push(process)
  return process
}

interface Result {
  ok: boolean
  localModel: { model: string; isStandIn: boolean }
  scenarios: { name: string; ok: boolean; runs: ResultRun[] }[]
}

interface ResultRun {
  dialect: string
  streamed: boolean
  ok: boolean
  messages: { ok: boolean; outcome: string; status: number; answeredBy: string; reason: string | null; text: string }[]
}

async function resultOf(process: TestProcess): Promise<{ code: number | null; result: Result }> {
  const code = await process.exit()
  return { code, result: JSON.parse(process.stdout) }
}

describe('all scenarios', () => {
  let played: { code: number | null; result: Result }
  const temporary = scratchFolder('tmp')
  const home = scratchFolder('home')
  beforeAll(async () => {
    played = await resultOf(drill(['--json'], { TMPDIR: temporary, HOME: home }))
  })

  it('end well for every app', () => {
    expect(played.result.ok).toBe(true)
    expect(played.code).toBe(0)
  })

  it.each(scenarios)('$name: every app sees what it has to see', (scenario) => {
    const result = played.result.scenarios.find(({ name }) => name === scenario.name)
    expect(result?.runs.map(({ dialect, streamed }) => `${dialect} ${streamed}`).toSorted()).toEqual([
      'chat false',
      'chat true',
      'messages false',
      'messages true',
      'responses false',
      'responses true',
    ])
    for (const { streamed, messages } of result?.runs ?? [])
      expect(messages.map(({ outcome }) => outcome)).toEqual(
        scenario.messages.map((message) => outcomeWanted(message, streamed)),
      )
  })

  it('give the local model the whole conversation', () => {
    const third = played.result.scenarios.find(({ name }) => name === 'third-message')
    for (const { messages } of third?.runs ?? []) {
      expect(messages[2]).toMatchObject({ answeredBy: 'stand-in', reason: 'quota-spent' })
      expect(messages[2]?.text).toContain('the whole conversation, 5 messages')
    }
  })

  it('leave nothing behind', () => {
    expect(readdirSync(temporary)).toEqual([])
    expect(readdirSync(home)).toEqual([])
  })
})

describe('one scenario', () => {
  it('is told from message to message and summed up in a table, in plain text', async () => {
    const process = drill(['third-message', '--dialect', 'chat'])
    expect(await process.exit()).toBe(0)
    const { stdout } = process
    expect(stdout).toContain('a scripted stand-in, no AI, as no Ollama answers at http://127.0.0.1:1')
    expect(stdout).toContain('Answers two messages of a conversation; the third finds the quota spent.')
    expect(stdout).toContain('trooper  | ⚠️ Primary 429 (quota spent): falling back to local model')
    expect(stdout).toMatch(/✓ {2}third-message .* 200 +provider, then stand-in +whole +chat /)
    expect(stdout).toContain('Every app got a whole answer')
    expect(stdout).not.toContain('\u001B')
  })

  it('shows one answer of two models where a stream broke off', async () => {
    const process = drill(['stream-cut', '--dialect', 'messages'])
    expect(await process.exit()).toBe(0)
    expect(process.stdout).toMatch(/200 +provider \+ stand-in +whole +messages, streamed/)
    expect(process.stdout).toMatch(/200 +stand-in +whole +messages, not streamed/)
    expect(process.stdout.replaceAll(/\s+/g, ' ')).toContain('From “five” on it was the stand-in')
  })
})

describe('the local model', () => {
  it('is the configured one where it answers', async () => {
    const ollama = await startOllama()
    running.push(ollama)
    const process = drill(['quota-spent'], { FALLBACK_URL: `${ollama.url}/api/chat` })
    expect(await process.exit()).toBe(0)
    expect(process.stdout).toContain(`Local model: qwen2.5:3b at ${ollama.url}, your own.`)
    expect(process.stdout).toContain('Hello from the local model')
    expect(process.stdout).toContain('Wire format: messages')
  })

  it('may go on in its own words: where they do not fit, the app is told', async () => {
    const ollama = await startOllama()
    running.push(ollama)
    const { code, result } = await resultOf(drill(['--json'], { FALLBACK_URL: `${ollama.url}/api/chat` }))
    expect(code).toBe(0)
    expect(result.localModel).toEqual({ model: 'qwen2.5:3b', isStandIn: false })
    const cut = result.scenarios.find(({ name }) => name === 'tool-call-cut')
    expect(cut?.runs.map(({ messages }) => messages[0]?.outcome)).toEqual(['told', 'local'])
  })

  it('may be a target of trooper.yaml', async () => {
    const ollama = await startOllama()
    running.push(ollama)
    const folder = emptyFolder()
    const local = `{ url: ${ollama.url}/api/chat, model: 'qwen3:8b' }`
    writeFileSync(
      join(folder, 'trooper.yaml'),
      `targets:\n  claude: { preset: anthropic }\n  mine: ${local}\nchains:\n  anthropic: [claude, mine]\n`,
    )
    const process = drill(['quota-spent'], {}, folder)
    expect(await process.exit()).toBe(0)
    expect(process.stdout).toContain(`Local model: qwen3:8b at ${ollama.url}, your own.`)
  })

  it('of another server than Ollama is missed as well', async () => {
    const process = drill(['quota-spent'], { FALLBACK_URL: 'http://127.0.0.1:1/v1/chat/completions' })
    expect(await process.exit()).toBe(0)
    expect(process.stdout).toContain('a scripted stand-in, no AI, as no local server answers at http://127.0.0.1:1')
  })

  it('that is not pulled is named, with the command that pulls it', async () => {
    const ollama = await startOllama({ models: [] })
    running.push(ollama)
    const process = drill(['quota-spent'], { FALLBACK_URL: `${ollama.url}/api/chat` })
    expect(await process.exit()).toBe(0)
    expect(process.stdout).toContain('does not have qwen2.5:3b (run: ollama pull qwen2.5:3b)')
  })

  it('that fails makes the drill end with 1', async () => {
    const ollama = await startOllama()
    running.push(ollama)
    await ollama.play({ mode: 'load-failed' })
    const process = drill(['quota-spent'], { FALLBACK_URL: `${ollama.url}/api/chat` })
    expect(await process.exit()).toBe(1)
    expect(process.stdout).toContain('✗  quota-spent')
    expect(process.stdout).toContain('Not as it has to be: quota-spent.')
  })
})

describe('wrong arguments', () => {
  it.each([
    [['quota-gone'], "'quota-gone'"],
    [['quota-spent', 'overloaded'], 'one scenario'],
    [['--dialect', 'grpc'], 'messages, chat, responses, all'],
    [['--quiet'], "'--quiet'"],
    [['--serve', '--json'], 'LOG_FORMAT'],
    [['--serve', '--dialect', 'chat'], '--dialect'],
  ])('%j are answered with one sentence', async (args, detail) => {
    const process = drill(args)
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toContain(detail)
    expect(process.stderr.trim().split('\n')).toHaveLength(1)
    expect(process.stdout).toBe('')
  })
})

it('--list names every scenario', async () => {
  const process = drill(['--list'])
  expect(await process.exit()).toBe(0)
  for (const { name, short } of scenarios) expect(process.stdout).toMatch(new RegExp(`^${name} .*${short}`, 'm'))
})

describe('--serve', () => {
  const serve = async (args: string[], env: Record<string, string> = {}) => {
    const process = drill(['--serve', ...args], { TROOPER_PORT: '0', ...env })
    const port = await process.line((line) => /drill on http:\S+:(\d+)/.exec(line)?.[1])
    return { process, url: `http://127.0.0.1:${port}` }
  }

  const conversation = (length: number) =>
    Array.from({ length }, (_, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: `message ${at + 1}` }))

  const bodies = {
    anthropic: (messages: object[], stream: boolean) => ({
      model: 'claude-sonnet-4-5',
      max_tokens: 200,
      messages,
      stream,
    }),
    'openai-chat': (messages: object[], stream: boolean) => ({ model: 'gpt-4.1', messages, stream }),
    'openai-responses': (input: object[], stream: boolean) => ({ model: 'gpt-4.1', input, stream }),
  } as const

  const say = async (url: string, dialect: TestedDialect, length: number, stream: boolean, key: string) => {
    const { endpoint, headers } = dialects[dialect]
    const answer = await fetch(url + endpoint, {
      method: 'POST',
      headers: { ...headers, 'x-api-key': key, authorization: `Bearer ${key}` },
      body: JSON.stringify(bodies[dialect](conversation(length), stream)),
    })
    return { by: answer.headers.get('x-trooper-fallback'), text: textOf(await answer.text()) }
  }

  it('answers a live app, and hands its third message to the local model', async () => {
    const { process, url } = await serve([])
    const talk = async (dialect: TestedDialect, stream: boolean) => {
      const key = `any key ${dialect} ${stream}`
      for (const length of [1, 3]) {
        const { by, text } = await say(url, dialect, length, stream, key)
        expect(by).toBeNull()
        expect(text).toMatch(/^I am the simulated provider.*That was all\.$/)
      }
      const third = await say(url, dialect, 5, stream, key)
      expect(third.by).toBe('stand-in')
      expect(third.text).toContain('5 messages; the last one says: “message 5”')
    }
    await Promise.all(dialectNames.flatMap((dialect) => [talk(dialect, true), talk(dialect, false)]))
    expect(process.stdout).toContain('the third finds the quota spent')
    expect(process.stdout).toContain('as no Ollama answers')
    expect(process.stdout).toMatch(/ANTHROPIC_BASE_URL=http:\/\/localhost:\d+\n/)
    process.signal('SIGINT')
    expect(await process.exit()).toBe(0)
  })

  it('counts the messages of a conversation that the provider keeps', async () => {
    const { url } = await serve([])
    const continued = async (previous_response_id?: string) => {
      const answer = await fetch(`${url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
        body: JSON.stringify({ model: 'gpt-4.1', input: 'and now?', previous_response_id }),
      })
      const { id } = z.object({ id: z.string() }).parse(await answer.json())
      return { id, by: answer.headers.get('x-trooper-fallback') }
    }
    const first = await continued()
    const second = await continued(first.id)
    const third = await continued(second.id)
    expect([first.by, second.by, third.by]).toEqual([null, null, 'stand-in'])
  })

  it('plays the scenario that is named', async () => {
    const { url } = await serve(['stream-cut'])
    const { by, text } = await say(url, 'anthropic', 1, true, 'any')
    expect(by).toBeNull()
    expect(text).toMatch(/three, four, five.*That was all\. \(From “five” on it was the stand-in/)
  })

  it('says in one sentence that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const process = drill(['--serve', '--port', port])
    expect(await process.exit()).toBe(1)
    expect(process.stderr).toContain(`Port ${port} on 127.0.0.1 is in use`)
    expect(process.stderr.trim().split('\n')).toHaveLength(1)
    other.close()
  })
})

describe('docs/drill.md', () => {
  const blocks = readFileSync('docs/drill.md', 'utf8').matchAll(/```sh\n(.*?)```/gs)
  const commands = [...blocks].flatMap(([, block = '']) => block.trim().split('\n'))

  it.each(commands)('%s', async (command) => {
    const [program, name, ...args] = command.split(' ')
    expect([program, name]).toEqual(['trooper', 'drill'])
    const process = drill(args, { TROOPER_PORT: '0' })
    if (args.includes('--serve')) {
      await process.line((line) => (line.includes('Ctrl-C') ? true : undefined))
      process.signal('SIGINT')
    }
    expect(await process.exit()).toBe(0)
  })
})
