/** The commands that look at a running Trooper, and steer it, as a person types them. */
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StatusView } from '../../src/admin/views.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { scratchFolder } from '../fakes/output.ts'
import { TestProcess } from '../fakes/process.ts'
import { ownPort } from '../own-port.ts'
import { planted } from '../secrets.ts'
import {
  ask,
  emptyFolder,
  localModel,
  program,
  spawnTrooper,
  startStage,
  startTrooper,
  textOf,
  type RunningTrooper,
  type Stage,
} from './trooper.ts'

let stage: Stage
let folder: string
const started: TestProcess[] = []
beforeEach(async () => {
  folder = scratchFolder('data')
  // Some of them end Trooper, and whoever looks at it goes on looking there.
  const port = String(await ownPort())
  stage = await startStage('/v1/messages', { TROOPER_PORT: port, TROOPER_DATA_DIR: folder, WAIT_MAX: '0' })
  await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
})
afterEach(async () => {
  await Promise.all([stage.stop(), ...started.splice(0).map((process) => process.stop())])
})

function place({ url }: RunningTrooper = stage.trooper): Record<string, string> {
  return { TROOPER_PORT: new URL(url).port, TROOPER_DATA_DIR: folder }
}

function spawn(args: string[], env = place()): TestProcess {
  const process = spawnTrooper(env, args)
  started.push(process)
  return process
}

interface Ran {
  code: number | null
  out: string
  err: string
}

async function run(args: string[], env = place()): Promise<Ran> {
  const process = spawn(args, env)
  const code = await process.exit()
  return { code, out: process.stdout, err: process.stderr }
}

const say = async (): Promise<string> => textOf(await (await ask(stage.trooper.url, 'anthropic', false)).text())

describe('trooper status', () => {
  it('says who answers, why and until when', async () => {
    await stage.provider.play({ mode: 'anthropic-credit' })
    await say()
    const { code, out } = await run(['status'])
    expect(code).toBe(0)
    expect(out).toMatch(
      new RegExp(
        `\nLOCAL  local/${localModel} answers\n {7}instead of primary: credit spent, next try \\d\\d:\\d\\d \\(\\d+ s\\)\n`,
      ),
    )
    expect(out).toMatch(/ – primary {2}rests until /)
    expect(out).toContain(
      'Today    1 conversation; 1 by a fallback, 100 %\n         what was not spent is unknown\n         quota spent 1\n',
    )
    expect(out).not.toContain('\u001B')
    // What an engine has not said within moments is not waited for.
    await expect.poll(async () => (await run(['status'])).out).toMatch(/\n {2}Ollama \S+ {2}qwen2\.5:3b {2}loaded /)
  })

  it('--json is what the API says', async () => {
    const { out } = await run(['status', '--json'])
    const view: StatusView = JSON.parse(out)
    expect(view).toMatchObject({ answering: [{ target: 'primary', kind: 'cloud' }], override: { mode: 'auto' } })
  })

  it('--watch shows a change when it happens', async () => {
    const watch = spawn(['status', '--watch', '--json'])
    const first = await watch.line((line): StatusView => JSON.parse(line))
    expect(first.override).toEqual({ mode: 'auto' })
    await run(['override', 'local'])
    await watch.line((line) => (line.includes('"override":{"mode":"local","by":"terminal"}') ? line : undefined))
    watch.signal('SIGINT')
    expect(await watch.exit()).toBe(0)
  })

  it('--watch waits for a Trooper that is started again', async () => {
    const watch = spawn(['status', '--watch'])
    await watch.line((line) => (line.startsWith('CLOUD ') ? line : undefined))
    await stage.trooper.process.stop()
    const again = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      ...place(),
    })
    started.push(again.process)
    await fetch(`${again.url}/healthz`)
    const seen = watch.stdout.length
    await run(['override', 'local'])
    await watch.line((line) => (line.startsWith('LOCAL ') ? line : undefined))
    expect(watch.stdout.length).toBeGreaterThan(seen)
  })
})

describe('trooper logs', () => {
  it('lists the last exchanges, the oldest first', async () => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer, times: 1 }, { mode: 'anthropic-credit' })
    for (let at = 0; at < 3; at += 1) await say()
    const { code, out } = await run(['logs'])
    expect(code).toBe(0)
    const lines = out.trim().split('\n')
    expect(lines.map((line) => line.replace(/^[\d-]+ [\d:]+ /, '').replace(/ {2}[\d.]+ m?s.*$/, ''))).toEqual([
      ' anthropic claude-sonnet-4-5  primary',
      ` anthropic claude-sonnet-4-5  primary credit spent → local/${localModel}`,
      ` anthropic claude-sonnet-4-5  primary rests: credit spent → local/${localModel}`,
    ])
    const last = (await run(['logs', '-n', '1', '--json'])).out
    expect(JSON.parse(last)).toMatchObject({ end: { is: 'answered', target: `local/${localModel}` } })
    expect(out + last).not.toContain('planted')
  })

  it('shows a name that would drive the terminal, or forge a line, as plain words', async () => {
    const model = 'claude\u001B[2J\u009B31m\u0007\nforged'
    await fetch(`${stage.trooper.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': planted.clientKey,
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ model, max_tokens: 9, messages: [{ role: 'user', content: planted.prompt }] }),
    }).then((answer) => answer.text())
    const { out } = await run(['logs'])
    expect(out).toContain('claude [2J 31m  forged')
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(out).toMatch(/^[^\u0000-\u001F\u007F-\u009F]+\n$/)
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect((await run(['logs', '--json'])).out).toMatch(/^[^\u0000-\u001F\u007F-\u009F]+\n$/)
  })

  it('--follow lists each exchange once, as it ends', async () => {
    await say()
    const follow = spawn(['logs', '--follow', '--json'])
    const ids: string[] = []
    const next = (): Promise<string> =>
      follow.line((line) => {
        const { id }: Entry = JSON.parse(line)
        if (ids.includes(id)) return undefined
        ids.push(id)
        return id
      })
    await next()
    for (let at = 0; at < 3; at += 1) {
      await say()
      await next()
    }
    expect(follow.stdout.trim().split('\n')).toHaveLength(4)
    await stage.trooper.process.stop()
    expect(await follow.exit()).toBe(1)
    expect(follow.stderr).toBe(`The Trooper at http://127.0.0.1:${place()['TROOPER_PORT']} has stopped.\n`)
  })

  it('--follow ends when nobody reads any more', async () => {
    for (let at = 0; at < 3; at += 1) await say()
    const script = `"$0" "$1" logs --follow | head -n 2`
    const piped = new TestProcess({
      name: 'trooper',
      command: 'bash',
      args: ['-c', script, process.execPath, program],
      env: place(),
      cwd: emptyFolder(),
    })
    started.push(piped)
    // The end of the reader is seen at the line after it, as of any program in a pipe; until then there is none to write.
    while (!piped.exited) await say()
    expect(await piped.exit()).toBe(0)
    expect(piped.stdout.trim().split('\n')).toHaveLength(2)
  })
})

describe('trooper override', () => {
  it('changes the next request, and says what is set', async () => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect((await run(['override'])).out).toBe('Whoever can answer is asked: nothing is set by hand.\n')
    const { code, out } = await run(['override', 'local', '--for', '1h'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /^Only local models are asked, until (?:\w{3} )?\d\d:\d\d \((?:1 h 00 min|59 min \d\d s)\)\.\n$/,
    )
    await stage.trooper.process.line(
      (line) => line.endsWith('Only local models are asked for 60 min, as was set in the terminal') || undefined,
    )
    expect(await say()).toBe(planted.localAnswer)
    expect((await run(['override'])).out).toMatch(/^Only local models are asked, until /)
    expect((await run(['override', 'auto', '--json'])).out).toBe('{\n  "mode": "auto"\n}\n')
    expect(await say()).toBe(planted.cloudAnswer)
  })

  it.each([
    [['nonsense'], "'nonsense' is no override; use one of local, primary, auto.\n"],
    [['local', '--for', '5'], "--for '5' is no time; say 30m, 1h30m or 2d.\n"],
    [['auto', '--for', '5m'], '--for goes with local or primary.\n'],
    [['local', 'primary'], "'primary' is one word too many; see: trooper override --help\n"],
    [['local', '--until', '5m'], "Unknown option '--until'; see: trooper override --help\n"],
  ])('%j is no order, and why', async (args, sentence) => {
    const { code, err } = await run(['override', ...args])
    expect([code, err]).toEqual([78, sentence])
    expect((await run(['override'])).out).toContain('nothing is set by hand')
  })

  it('that lasts for ever in the eyes of Trooper is refused by it, in its own words', async () => {
    const { code, err } = await run(['override', 'local', '--for', '99d'])
    expect([code, err]).toEqual([
      1,
      'The override: forMs must be at most 31 days in milliseconds; leave it out for an override without an end.\n',
    ])
  })
})

describe('trooper probe', () => {
  it('has the next request ask the provider', async () => {
    await stage.provider.play({ mode: 'anthropic-credit', times: 1 }, { mode: 'ok', text: planted.cloudAnswer })
    await say()
    expect(await say()).toBe(planted.localAnswer)
    const { code, out } = await run(['probe'])
    expect([code, out]).toEqual([0, 'The next request asks primary; its answer decides for all.\n'])
    expect(await say()).toBe(planted.cloudAnswer)
    expect((await run(['probe', 'primary'])).out).toBe('Nobody is left alone: there is nothing to find out.\n')
    expect((await run(['probe', 'nobody'])).err).toBe(
      `There is no such target here; use one of primary, local/${localModel}.\n`,
    )
  })
})

describe('every one of them', () => {
  it('needs nothing to be right but where Trooper is', async () => {
    const { code } = await run(['status'], { ...place(), PRIMARY_URL: 'nonsense', TROOPER_TOKEN: planted.token })
    expect(code).toBe(0)
  })

  it('says what is missing where the token of the installation cannot be read', async () => {
    const elsewhere = { ...place(), TROOPER_DATA_DIR: scratchFolder('data') }
    expect((await run(['status'], elsewhere)).code).toBe(0)
    const { code, err } = await run(['override', 'local'], elsewhere)
    expect(code).toBe(1)
    expect(err).toMatch(/^A change needs the token of this installation; [^\n]+\n$/)
  })

  it('is let in by TROOPER_TOKEN too', async () => {
    const closed = await startTrooper({
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      PRIMARY_API_KEY: planted.primaryKey,
      TROOPER_TOKEN: planted.token,
    })
    started.push(closed.process)
    const elsewhere = { ...place(closed), TROOPER_DATA_DIR: scratchFolder('data') }
    expect((await run(['status'], elsewhere)).err).toMatch(/^Trooper wants its token here; /)
    const { code, out } = await run(['override', 'local'], { ...elsewhere, TROOPER_TOKEN: planted.token })
    expect([code, out]).toEqual([0, 'Only local models are asked, until: trooper override auto\n'])
  })
})

/** util-linux's, which gives a program a terminal. */
const terminal = '/usr/bin/script'

describe.runIf(existsSync(terminal))('on a terminal', () => {
  function onTerminal(args: string, env: Record<string, string> = {}, rows = 20, columns = 40): TestProcess {
    const command = `stty cols ${columns} rows ${rows}; exec ${process.execPath} ${program} ${args}`
    const shown = new TestProcess({
      name: 'trooper',
      command: terminal,
      args: ['-qec', command, '/dev/null'],
      env: { ...place(), ...env },
      cwd: emptyFolder(),
    })
    started.push(shown)
    return shown
  }

  it('there are colours, and no line is wider than it', async () => {
    const shown = onTerminal('status')
    await shown.exit()
    expect(shown.stdout).toContain('\u001B[32mCLOUD')
    // oxlint-disable-next-line no-control-regex -- colours take no room
    const lines = shown.stdout.replaceAll(/\u001B\[\d+m|\r/g, '').split('\n')
    expect(lines.some((line) => line.endsWith('…'))).toBe(true)
    for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(40)
  })

  it('there are none for whoever does not want them', async () => {
    const shown = onTerminal('status', { NO_COLOR: '1' })
    await shown.exit()
    expect(shown.stdout).toContain('CLOUD')
    expect(shown.stdout).not.toContain('\u001B')
    const empty = onTerminal('status', { NO_COLOR: '' })
    await empty.exit()
    expect(empty.stdout).toContain('\u001B[32mCLOUD')
  })

  it('--watch says that Trooper has gone, where there is no room for all that it showed', async () => {
    const shown = onTerminal('status --watch', {}, 6)
    await shown.line((line) => (line.includes('CLOUD') ? line : undefined))
    await stage.trooper.process.stop()
    await shown.line((line) => (line.includes('Trooper does not answer any more') ? line : undefined))
  })

  it('a line that tells how far something is stays one line, however narrow the terminal', async () => {
    const shown = onTerminal('drill third-message --dialect messages --stand-in', {}, 20, 12)
    await shown.exit()
    expect(shown.stdout.split('\n')).toContain('\u001B[Kthird-messa…')
  })

  it('--watch has a screen of its own, and gives the old one back', async () => {
    const shown = onTerminal('status --watch')
    await shown.line((line) => (line.includes('CLOUD') ? line : undefined))
    shown.write('\u0003')
    expect(await shown.exit()).toBe(0)
    expect(shown.stdout).toContain('\u001B[?1049h')
    expect(shown.stdout).toContain('\u001B[?1049l')
  })

  it('--watch gives the old one back while it is laid aside with Ctrl-Z', async () => {
    const shown = onTerminal('status --watch')
    await shown.line((line) => (line.includes('CLOUD') ? line : undefined))
    shown.write('\u001A')
    // `script` stops with what it runs, and has that go on when it goes on itself.
    await expect.poll(() => readFileSync(`/proc/${shown.pid}/stat`, 'utf8')).toContain(' T ')
    const seen = shown.lineCount
    shown.signal('SIGCONT')
    await shown.line((line) => (line.includes('CLOUD') ? line : undefined), seen)
    shown.write('\u0003')
    expect(await shown.exit()).toBe(0)
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(shown.stdout.match(/\u001B\[\?1049[hl]/g)?.map((screen) => screen.at(-1))).toEqual(['h', 'l', 'h', 'l'])
  })
})
