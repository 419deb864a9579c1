/** Settings as they may be shown to anybody: the texts that were written, without what is secret, and where they were. Pure. */
import { settings, withoutSecrets, type SettingName } from './schema.ts'

export type Origin = 'flag' | 'environment' | '.env' | 'file' | 'default'

export interface ShownSetting {
  /** The name of the variable. */
  name: string
  /** Unset: it has none. */
  value?: string
  /** Where the value was; unset where there is none. */
  from?: Origin
  meaning: string
}

export function showSetting(name: SettingName, text: string | undefined, origin: Origin): ShownSetting {
  const setting = settings[name]
  const shown = { name: setting.env, meaning: setting.meaning }
  if (text === undefined || text === '') return shown
  return { ...shown, value: 'secret' in setting ? 'set, not shown' : withoutSecrets(text), from: origin }
}
