/**
 * Ids of tool calls that every wire takes. Local models make ids such as `functions.Bash:0`, Anthropic wants `^[a-zA-Z0-9_-]+$`
 * and OpenAI at most 64, once 40, characters (providers.md 4.2, 4.5).
 */

const longest = 40
const fits = new RegExp(`^[a-zA-Z0-9_-]{1,${longest}}$`)

/** The same id for the same call, always: what fits is kept, and two that differ stay different. */
export function fitToolId(id: string): string {
  if (fits.test(id)) return id
  const readable = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 24)
  return `${readable === '' ? 'call' : readable}_${digest(id)}`
}

/** FNV-1a, twice with different beginnings: short, and no two ids of one conversation meet. */
export function digest(text: string): string {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (let at = 0; at < text.length; at += 1) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193)
    high = Math.imul(high ^ text.charCodeAt(at), 0x85ebca6b)
  }
  return (low >>> 0).toString(36) + (high >>> 0).toString(36)
}
