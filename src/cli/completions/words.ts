/** What can be completed: every command with its flags, and what may stand behind each. Pure. */
import * as z from 'zod'
import { onOff } from '../../config/forms.ts'
import { presetNames } from '../../config/presets.ts'
import { settings } from '../../config/schema.ts'
import type { Setting } from '../../config/setting.ts'
import { aboutOf, commandNames, type CommandName } from '../about.ts'
import { settingsOf } from '../read-settings.ts'

export interface CompletedFlag {
  /** Without its dashes. */
  name: string
  letter?: string
  meaning: string
  /** What stands behind it: nothing, a path, one of a list, or what nobody can guess. */
  takes: { is: 'nothing' } | { is: 'path' } | { is: 'one'; of: readonly string[] } | { is: 'text' }
}

export interface CompletedCommand {
  name: CommandName
  meaning: string
  flags: CompletedFlag[]
  names: readonly string[]
}

export function completedCommands(): CompletedCommand[] {
  return commandNames.map((name) => {
    const about = aboutOf(name)
    const names = name === 'help' ? commandNames : (about.names ?? [])
    const own = about.flags.map(({ name: flag, letter, meaning, value, values }): CompletedFlag => {
      const takes: CompletedFlag['takes'] =
        value === undefined ? { is: 'nothing' } : values ? { is: 'one', of: values } : { is: 'text' }
      return { name: flag, ...(letter !== undefined && { letter }), meaning, takes }
    })
    return { name, meaning: about.meaning, flags: [...own, ...settingsOf(about).map(settingFlag), helpFlag], names }
  })
}

const helpFlag: CompletedFlag = { name: 'help', meaning: 'explains the command', takes: { is: 'nothing' } }

function settingFlag(setting: Setting): CompletedFlag {
  const { flag, meaning } = setting
  return { name: flag, meaning: firstClause(meaning), takes: takesOf(setting) }
}

/** A line of a list has no room for more. */
function firstClause(meaning: string): string {
  const [clause = ''] = meaning.replaceAll('`', '').split(/; | \(/)
  return clause.length > 70 ? `${clause.slice(0, 69)}…` : clause
}

const paths: readonly string[] = [settings.config.flag, settings.dataDir.flag]

function takesOf({ flag, schema }: Setting): CompletedFlag['takes'] {
  if (paths.includes(flag)) return { is: 'path' }
  if (schema === onOff) return { is: 'one', of: ['on', 'off'] }
  if (flag === settings.primaryProvider.flag) return { is: 'one', of: presetNames }
  if (schema instanceof z.ZodEnum) return { is: 'one', of: schema.options.map(String) }
  return { is: 'text' }
}
