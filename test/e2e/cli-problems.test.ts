/** What a person is told who asks for a Trooper that does not run, or asks wrongly: one sentence. */
import { afterEach, describe, expect, it } from 'vitest'
import { commandHelp } from '../../src/cli/help.ts'
import { commandNames } from '../../src/cli/about.ts'
import type { TestProcess } from '../fakes/process.ts'
import { spawnTrooper } from './trooper.ts'

const started: TestProcess[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.stop()))
})

async function run(args: string[], env: Record<string, string>): Promise<[number | null, string, string]> {
  const process = spawnTrooper(env, args)
  started.push(process)
  return [await process.exit(), process.stdout, process.stderr]
}

const looking = ['status', 'status --watch', 'logs', 'logs --follow', 'override', 'override local', 'probe']

describe('a Trooper that does not run', () => {
  it.each(looking)('is missed by: trooper %s', async (command) => {
    const sentence =
      'No Trooper answers at http://127.0.0.1:9; start one with: trooper, or say where it is with --host and --port.\n'
    expect(await run(command.split(' '), { TROOPER_PORT: '9' })).toEqual([1, '', sentence])
  })
})

describe('what was said wrongly', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'status',
      { TROOPER_PORT: 'x' },
      "TROOPER_PORT 'x' is no whole number; correct it, for example TROOPER_PORT=3000.",
    ],
    ['status --prot 1', {}, "Unknown option '--prot'; see: trooper status --help"],
    ['status now', {}, "Unexpected argument 'now'; see: trooper status --help"],
    ['logs --primary-url x', {}, "Unknown option '--primary-url'; see: trooper logs --help"],
    ['probe a b', {}, "'b' is one word too many; see: trooper probe --help"],
    ['completion csh', {}, 'Say which shell: trooper completion bash|zsh|fish'],
    ['--prot 3000', {}, "Unknown option '--prot'; see: trooper --help"],
  ])('trooper %s: %j', async (command, env, sentence) => {
    expect(await run(command.split(' '), env)).toEqual([78, '', `${sentence}\n`])
  })
})

describe('help', () => {
  it.each(commandNames)('of %s is what both ways of asking print', async (command) => {
    const text = commandHelp(command)
    expect(await run([command, '--help'], {})).toEqual([0, text, ''])
    expect(await run(['help', command], {})).toEqual([0, text, ''])
  })

  it('of a command that there is not says so', async () => {
    expect(await run(['help', 'nothing'], {})).toEqual([
      1,
      '',
      "Trooper has no command 'nothing'; see: trooper --help\n",
    ])
  })

  it.each([
    ['stauts', 'trooper status'],
    ['overide', 'trooper override'],
    ['Docter', 'trooper doctor'],
    ['compl', 'trooper completion'],
    ['stat', 'trooper start or trooper status'],
  ])('of %s names what may have been meant', async (typed, meant) => {
    const told = [1, '', `Trooper has no command '${typed}'; did you mean ${meant}?\n`]
    expect(await run([typed, '--json'], {})).toEqual(told)
    expect(await run(['help', typed], {})).toEqual(told)
  })

  it.each(['stop', 'st', 'r', '', 'restart-everything'])('of %j guesses nothing', async (typed) => {
    expect(await run([typed], {})).toEqual([1, '', `Trooper has no command '${typed}'; see: trooper --help\n`])
  })

  it('that stands behind -- is another program’s', async () => {
    const [, out] = await run(['run', '--', process.execPath, '-p', '"mine"', '--help'], { TROOPER_PORT: '9' })
    expect(out).not.toContain('Usage: trooper')
  })
})
