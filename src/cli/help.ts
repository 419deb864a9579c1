/** `trooper help` and `--help`: made from the table of the commands and that of the settings. */
import { settings } from '../config/schema.ts'
import type { Setting } from '../config/setting.ts'
import { aboutOf, commandNames, isCommand, type CommandAbout, type CommandName } from './about.ts'
import { noCommand } from './no-command.ts'
import { settingsOf } from './read-settings.ts'
import { complain } from './terminal.ts'

/** The first word names a command; none: all of it. */
export function help([name]: string[]): Promise<number> {
  if (name !== undefined && !isCommand(name)) return Promise.resolve(complain(noCommand(name), 1))
  process.stdout.write(name === undefined ? helpText() : commandHelp(name))
  return Promise.resolve(0)
}

export function helpText(): string {
  return [
    'Trooper keeps AI conversations alive: it forwards to your provider, and a local model answers when the quota is gone.',
    '',
    ...usageLines(commandNames.flatMap((name) => formsOf(aboutOf(name)))),
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

export function commandHelp(name: CommandName): string {
  const about = aboutOf(name)
  const flags = about.flags.map(({ name: flag, letter, value, meaning }) => {
    const short = letter === undefined ? '' : `-${letter}, `
    return `  ${short}--${flag}${value === undefined ? '' : ` ${value}`}\n      ${meaning}`
  })
  const own = flags.length === 0 ? [] : ['', ...flags]
  return [about.meaning, '', ...usageLines(about.usage), ...own, ...settingsHelp(about), ''].join('\n')
}

type Forms = CommandAbout['usage']

/** Where a command has one form, that does what the command does. */
function formsOf({ usage, meaning }: CommandAbout): Forms {
  return usage.map(([form, what = meaning]) => [form, what])
}

function usageLines(forms: Forms): string[] {
  const lines = forms.flatMap(([form, what]) => [form, ...(what === undefined ? [] : [`    ${what}`])])
  return lines.map((line, at) => `${at === 0 ? 'Usage: ' : '       '}${line}`)
}

function settingsHelp(about: CommandAbout): string[] {
  switch (about.settings) {
    case 'all':
      return ['', 'Every setting is a flag of it too; see: trooper --help']
    case 'whereabouts':
      return ['', 'Where the Trooper is that runs already:', '', ...settingsOf(about).map(describe)]
    case 'agent':
      return ['', 'Where the Trooper is, and what its agent may do:', '', ...settingsOf(about).map(describe)]
    case 'none':
      return []
  }
}

function describe({ flag, env, meaning, default: byDefault }: Setting): string {
  const value = byDefault ? ` (default: ${byDefault})` : ''
  return `  --${flag}\n      ${env}: ${meaning.replaceAll('`', '')}${value}`
}
