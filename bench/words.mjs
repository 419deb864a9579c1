// What canned bodies are made of: the same words and lines of code every time, never random.

export const words =
  'the quota is gone but the conversation goes on because the same request is answered by a local model in the same words '

export function text(length) {
  return words.repeat(Math.ceil(length / words.length)).slice(0, length)
}

/** Code has what prose lacks: quotes and line ends, which JSON escapes. ~105 bytes a line on the wire. */
export function code(turn, lines) {
  const line = (at) => `  if (name === "field_${turn}_${at}") return { ok: true, value: "${text(40)}" }\n`
  return Array.from({ length: lines }, (_, at) => line(at)).join('')
}

export function jsonBytes(value) {
  return Buffer.from(JSON.stringify(value))
}
