/** The manual, for agents to read; the build writes it in. By name, without the ending: `README`, `configuration`, … */
declare const TROOPER_DOCS: Readonly<Record<string, string>>

export const docs: Readonly<Record<string, string>> = typeof TROOPER_DOCS === 'object' ? TROOPER_DOCS : {}

/** Its first heading. */
export function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1]?.trim() ?? ''
}
