/** Takes out of a text what looks like a key, a password or a token, before a person is shown it. */

/** The end of a name whose value is nobody else's business, and what stands between the two: in JSON, in a shell, in a URL. */
const name =
  /(?:(?:api|access|account|private|signing|shared)[-_]?key|secret|token|passwd|password|passphrase|[-_]pwd|[-_]pass|credential|authorization)\\?["']?\s{0,8}[:=]\s{0,8}/
    .source

/** Blanks are counted: from every place of a text each look back goes over as many as it may. */
const secrets: readonly RegExp[] = [
  // Where a long text was cut, a key may have no beginning.
  /^(?:(?!-----BEGIN )[\s\S])*?-----END [A-Z ]*PRIVATE KEY-----/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Providers' keys: Anthropic, OpenAI, OpenRouter, Groq, xAI, Hugging Face, Nvidia, Google, Perplexity, GitHub, GitLab, Slack, Stripe, AWS.
  /\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_-]{16,}/g,
  /\b(?:gsk_|xai-|hf_|pplx-|tgp_v1_|gh[opsur]_|github_pat_|glpat-|xox[a-z]-|npm_|pypi-|r8_|fw_|nvapi-|dop_v1_|shpat_|glsa_|lin_api_|GOCSPX-|hvs\.|ya29\.)[A-Za-z0-9_-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g,
  // JSON web tokens.
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /(?<=\b(?:bearer|basic)\s{1,8})[A-Za-z0-9._~+/=-]{8,}/gi,
  // The value of such a name, of several words where it stands in quotes.
  new RegExp(`(?<=${name})(?!bearer\\b|basic\\b)[^\\s"'\\\\,;&}]{6,}`, 'gi'),
  new RegExp(`(?<=${name}\\\\?(["']))(?:(?!\\1)[^\\\\\\r\\n]){6,}`, 'gi'),
  /(?<=\bcookie\\?["']?\s{0,8}:\s{0,8}\\?["']?)[^\s"'\\=;]+=[^\r\n"'\\]+/gi,
  // What curl is told.
  /(?<=\s(?:-u|--user)[\s=]{1,8}["']?[^\s:"']{1,64}:)(?!\d+\b)[^\s"']{4,}/g,
  /(?<=:\/\/[^\s/:@"]{0,64}:)[^\s/@"]+(?=@)/g,
]

/** From where to where, the end not included. */
export type Range = readonly [from: number, to: number]

export const hidden = '[hidden]'

export function redact(text: string): string {
  let clean = ''
  let from = 0
  for (const [start, end] of secretsIn(text)) {
    clean += text.slice(from, start) + hidden
    from = end
  }
  return clean + text.slice(from)
}

/** Where they stand, in their order; those that overlap or touch are one. */
export function secretsIn(text: string): Range[] {
  const found = secrets.flatMap((secret) => [...text.matchAll(secret)].map(rangeOf))
  const ranges: [number, number][] = []
  for (const [from, to] of found.toSorted(([one], [other]) => one - other)) {
    const last = ranges.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else ranges.push([from, to])
  }
  return ranges
}

function rangeOf({ 0: words, index }: RegExpExecArray): Range {
  return [index, index + words.length]
}
