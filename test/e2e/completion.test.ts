/** What shells complete, asked of the shells themselves. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { commandNames } from '../../src/cli/about.ts'
import { scenarios } from '../../src/drill/scenarios.ts'
import { settings } from '../../src/config/schema.ts'
import { scratchFolder } from '../fakes/output.ts'
import { TestProcess } from '../fakes/process.ts'
import { emptyFolder, spawnTrooper } from './trooper.ts'

const folder = scratchFolder('completion')
const shells = ['bash', 'zsh', 'fish'].filter((shell) => existsSync(`/usr/bin/${shell}`) || existsSync(`/bin/${shell}`))
for (const shell of ['zsh', 'fish'].filter((name) => !shells.includes(name)))
  console.warn(`Completion for ${shell} is not tested: it is not installed.`)

const scriptOf = (shell: string): string => join(folder, `trooper.${shell}`)

beforeAll(async () => {
  for (const shell of shells) {
    const printed = spawnTrooper({}, ['completion', shell])
    expect(await printed.exit()).toBe(0)
    writeFileSync(scriptOf(shell), printed.stdout)
  }
})

async function runIn(shell: string, script: string): Promise<string> {
  const process = new TestProcess({ name: shell, command: shell, args: ['-c', script], cwd: emptyFolder() })
  process.endInput()
  await process.exit()
  expect(process.stderr).toBe('')
  return process.stdout
}

/** What is offered for the last word, in no order. */
type Complete = (...words: string[]) => Promise<string[]>

const inBash: Complete = async (...words) => {
  const set = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}`
  const out = await runIn('bash', `source ${scriptOf('bash')}; ${set}; _trooper; printf '%s\\n' "\${COMPREPLY[@]}"`)
  // A command that stands in two folders of the PATH is offered twice, and shown once.
  return [...new Set(out.split('\n'))].filter((word) => word !== '').toSorted()
}

const inFish: Complete = async (...words) => {
  const out = await runIn('fish', `source ${scriptOf('fish')}; complete -C '${words.join(' ')}'`)
  return out
    .split('\n')
    .flatMap((line) => line.split('\t')[0] || [])
    .toSorted()
}

/** The table that all shells' scripts are made of is the same: those that can list what they offer are asked for all of it. */
const listing = { bash: inBash, fish: inFish }
const flags = (...names: string[]): string[] => names.map((name) => `--${name}`).toSorted()
const whereabouts = ['config', 'data-dir', 'host', 'port', 'token', 'help']

describe.each(Object.entries(listing).filter(([shell]) => shells.includes(shell)))('%s', (shell, complete) => {
  const short = (...letters: string[]): string[] => letters.map((letter) => `-${letter}`)

  it('offers every command', async () => {
    expect(await complete('trooper', '')).toEqual(commandNames.toSorted())
    expect(await complete('trooper', 'st')).toEqual(['start', 'status'])
    expect(await complete('trooper', 'help', 'pro')).toEqual(['probe'])
  })

  it('offers the flags of a command, and no others', async () => {
    expect(await complete('trooper', 'status', '--')).toEqual(flags('watch', 'json', ...whereabouts))
    expect(await complete('trooper', 'logs', '-')).toEqual(
      [...flags('follow', 'lines', 'json', ...whereabouts), ...short('f', 'n')].toSorted(),
    )
    const all = Object.values(settings).map(({ flag }) => flag)
    expect(await complete('trooper', '--')).toEqual(flags(...all, 'help'))
    expect(await complete('trooper', 'completion', '--')).toEqual(['--help'])
  })

  it('offers what may stand behind a flag', async () => {
    expect(await complete('trooper', 'drill', '--dialect', '')).toEqual(['all', 'chat', 'messages', 'responses'])
    expect(await complete('trooper', '--warm', '')).toEqual(['always', 'auto', 'never'])
    expect(await complete('trooper', 'start', '--seam', 'o')).toEqual(['off', 'on'])
    expect(await complete('trooper', '--primary-provider', 'g')).toEqual(['gemini', 'groq'])
    expect(await complete('trooper', '--primary-url', '')).toEqual([])
  })

  it('offers what a command takes', async () => {
    expect(await complete('trooper', 'drill', '')).toEqual(scenarios.map(({ name }) => name).toSorted())
    expect(await complete('trooper', 'override', '')).toEqual(['auto', 'local', 'primary'])
    expect(await complete('trooper', 'completion', '')).toEqual(['bash', 'fish', 'zsh'])
    expect(await complete('trooper', 'status', '')).toEqual([])
  })

  it('leaves to a program behind -- what is its own', async () => {
    expect(await complete('trooper', 'run', '--', 'mkfif')).toEqual(['mkfifo'])
    expect(await complete('trooper', 'run', '--', 'mkfifo', '--wat')).toEqual([])
    expect(await complete('trooper', 'run', '--por')).toEqual(['--port'])
  })

  it(`knows ${shell}'s own script as the one for trooper`, async () => {
    const told = { bash: 'complete -p trooper', fish: 'complete -c trooper | head -n 1' }[shell] ?? ''
    expect(await runIn(shell, `source ${scriptOf(shell)}; ${told}`)).toContain('trooper')
  })
})

describe('bash', () => {
  it('is offered values of --flag=value too, which it takes for three words', async () => {
    expect(await inBash('trooper', '--warm', '=')).toEqual(['always', 'auto', 'never'])
    expect(await inBash('trooper', '--warm', '=', 'al')).toEqual(['always'])
  })
})

if (shells.includes('zsh'))
  describe('zsh', () => {
    /** Types it into a zsh, and gives what that runs: it completes where only one thing fits. */
    async function typed(...lines: string[]): Promise<string[]> {
      const begin = [
        'PS1=; unsetopt beep zle_bracketed_paste; trooper() { print -r -- \\"ran:\\$*:\\" }',
        `autoload -Uz compinit; compinit -u -D; source ${scriptOf('zsh')}; print ready`,
      ].join('; ')
      const script = [
        'zmodload zsh/zpty',
        'zpty shell zsh -f -i',
        `zpty -w shell "${begin}"`,
        'until_told() { local got= line; while zpty -r shell line; do got+=$line; [[ $got == *$1* ]] && break; done; print -r -- $got }',
        'until_told ready >/dev/null',
        ...lines.map((line) => `zpty -w -n shell $'trooper ${line}\\n'; until_told ran:`),
      ].join('\n')
      const out = await runIn('zsh', script)
      return [...out.matchAll(/ran:(.*?):/g)].map(([, words = '']) => words)
    }

    it('completes commands, flags and values', async () => {
      const wanted: [string, string][] = [
        ['stat\\t--wat\\t', 'status --watch'],
        ['--war\\tne\\t', '--warm never'],
        ['drill usage\\t--diale\\tmes\\t', 'drill usage-limit-5h --dialect messages'],
        ['override pr\\t--fo\\t', 'override primary --for'],
        ['completion fi\\t', 'completion fish'],
        ['help lo\\t', 'help logs'],
        ['run -- mkfif\\t', 'run -- mkfifo'],
      ]
      expect(await typed(...wanted.map(([keys]) => keys))).toEqual(wanted.map(([, words]) => words))
    })
  })
