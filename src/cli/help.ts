/** `trooper --help`, made from the settings table, and `trooper <command> --help`. */
import { settings } from '../config/schema.ts'
import type { Setting } from '../config/setting.ts'

/** What a command takes beside the settings, and what it does. */
const usages: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'run',
    [
      'trooper run [--flag value …] -- claude',
      '              a program of yours behind Trooper, which is started for it where none runs yet',
    ],
  ],
  ['doctor', ['trooper doctor [--json]   looks at settings, keys, provider and local model, and says what to do']],
  [
    'drill',
    [
      'trooper drill [scenario] [--dialect messages|chat|responses|all] [--stand-in] [--json]',
      '              what an app sees of a provider that misbehaves; needs neither a key nor a model',
      'trooper drill --serve [scenario]   the same under a live Trooper, for an app of yours',
      'trooper drill --list               the scenarios',
    ],
  ],
])

/** `argv`: the command that it is asked of, if any. */
export function help([command]: string[]): Promise<number> {
  process.stdout.write(helpText(command))
  return Promise.resolve(0)
}

export function helpText(command?: string): string {
  const own = command === undefined ? undefined : usages.get(command)
  return own ? textOf(own) : wholeText()
}

function textOf(usage: readonly string[]): string {
  return [...inBlock(usage), '', 'Every setting is a flag of this command too; trooper --help explains them.', ''].join(
    '\n',
  )
}

function wholeText(): string {
  return [
    'Trooper keeps AI conversations alive: it forwards to your provider, and a local model answers when the quota is gone.',
    '',
    ...inBlock(['trooper [start] [--flag value …]', ...[...usages.values()].flat()]),
    '',
    'Then set the base URL of your app to http://localhost:3000.',
    '',
    'Each setting is a flag, an environment variable, or a line in .env, in that order of strength:',
    '',
    ...Object.values(settings).map(describe),
    '',
    '  --help, --version',
    '',
  ].join('\n')
}

function inBlock(lines: readonly string[]): string[] {
  return lines.map((line, at) => `${at === 0 ? 'Usage: ' : '       '}${line}`)
}

function describe({ flag, env, meaning, default: byDefault }: Setting): string {
  const value = byDefault ? ` (default: ${byDefault})` : ''
  return `  --${flag}\n      ${env}: ${meaning.replaceAll('`', '')}${value}`
}
