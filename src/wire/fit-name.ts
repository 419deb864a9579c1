/** Names and ids that a wire takes: only letters, digits, `_` and `-`, and not too long. */

/**
 * The same name for the same input, always: what fits is kept, the rest is made readable and ends with a digest, so that two that
 * differ stay different.
 */
export function fitName(name: string, longest: number): string {
  if (name.length > 0 && name.length <= longest && /^[a-zA-Z0-9_-]+$/.test(name)) return name
  const readable = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, longest - 16)
  return `${readable === '' ? 'call' : readable}_${digest(name)}`
}

/** FNV-1a, twice with different beginnings (at most 14 letters and digits): short, and no two names of one conversation meet. */
export function digest(text: string): string {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (let at = 0; at < text.length; at += 1) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193)
    high = Math.imul(high ^ text.charCodeAt(at), 0x85ebca6b)
  }
  return (low >>> 0).toString(36) + (high >>> 0).toString(36)
}
