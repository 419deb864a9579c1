/** Which settings differ from their defaults, and where each came from. */
import type { Loaded } from '../config/load.ts'
import { settings, withoutSecrets, type SettingName } from '../config/schema.ts'
import { doubtful, good, type Finding } from './finding.ts'

type Working = Extract<Loaded, { ok: true }>

const places: { readonly [O in NonNullable<Working['origins'][SettingName]>]: string } = {
  flag: 'a flag',
  environment: 'the environment',
  '.env': '.env',
  file: 'the configuration file',
  default: 'the default',
}

export function examineSettings({ config, origins, notices }: Working): Finding[] {
  const changed = settingNames.flatMap((name) => {
    const origin = origins[name]
    if (origin === undefined || origin === 'default') return []
    return [good(settings[name].env, `${shown(name, config[name])} (from ${places[origin]})`)]
  })
  const odd = notices.map((notice) => doubtful('settings', notice))
  return [...(changed.length === 0 ? [good('settings', 'all as they are by default')] : changed), ...odd]
}

const settingNames = Object.keys(settings).filter((name): name is SettingName => name in settings)

function shown(name: SettingName, value: unknown): string {
  if ('secret' in settings[name]) return 'set, not shown'
  const parts = Array.isArray(value) || value instanceof Set ? [...value].map(String) : [String(value)]
  return withoutSecrets(parts.join(', '))
}
