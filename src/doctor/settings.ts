/** Which settings differ from their defaults, and where each came from. */
import type { Loaded } from '../config/load.ts'
import type { Origin } from '../config/shown.ts'
import { doubtful, good, type Finding } from './finding.ts'

type Working = Extract<Loaded, { ok: true }>

const places: { readonly [O in Origin]: string } = {
  flag: 'a flag',
  environment: 'the environment',
  '.env': '.env',
  file: 'the configuration file',
  default: 'the default',
}

export function examineSettings({ shown, notices }: Working): Finding[] {
  const changed = shown.flatMap(({ name, value, from }) =>
    value === undefined || from === undefined || from === 'default'
      ? []
      : [good(name, `${value} (from ${places[from]})`)],
  )
  const odd = notices.map((notice) => doubtful('settings', notice))
  return [...(changed.length === 0 ? [good('settings', 'all as they are by default')] : changed), ...odd]
}
