/** `trooper --help`: made from the settings table. */
import { settings } from '../config/schema.ts'
import type { Setting } from '../config/setting.ts'

export function help(): Promise<number> {
  process.stdout.write(helpText())
  return Promise.resolve(0)
}

export function helpText(): string {
  const rows = Object.values(settings).map(describe)
  return [
    'Trooper keeps AI conversations alive: it forwards to your provider, and a local model answers when the quota is gone.',
    '',
    'Usage: trooper [start] [--flag value …]',
    '       trooper run [--flag value …] -- claude',
    '                     a program of yours behind Trooper, which is started for it where none runs yet',
    '       trooper doctor [--json]   looks at settings, keys, provider and local model, and says what to do',
    '       trooper drill [scenario] [--dialect messages|chat|responses|all] [--stand-in] [--json]',
    '                     what an app sees of a provider that misbehaves; needs neither a key nor a model',
    '       trooper drill --serve [scenario]   the same under a live Trooper, for an app of yours',
    '       trooper drill --list               the scenarios',
    '',
    'Then set the base URL of your app to http://localhost:3000.',
    '',
    'Each setting is a flag, an environment variable, or a line in .env, in that order of strength:',
    '',
    ...rows,
    '',
    '  --help, --version',
    '',
  ].join('\n')
}

function describe({ flag, env, meaning, default: byDefault }: Setting): string {
  const value = byDefault ? ` (default: ${byDefault})` : ''
  return `  --${flag}\n      ${env}: ${meaning.replaceAll('`', '')}${value}`
}
