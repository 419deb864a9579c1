/** Takes out of a text what looks like a key, a password or a token, before a person is shown it. */

/** In this order: what stands within another comes first. */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Providers' keys: Anthropic, OpenAI, OpenRouter, Groq, xAI, Hugging Face, Google, Perplexity, GitHub, GitLab, Slack, Stripe, AWS.
  /\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_-]{16,}/g,
  /\b(?:gsk_|xai-|hf_|pplx-|tgp_v1_|gh[opsur]_|github_pat_|glpat-|xox[a-z]-|npm_|r8_|fw_)[A-Za-z0-9_-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  // JSON web tokens.
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /(?<=\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  // A name that says so, and its value: in JSON, in a shell, in a URL.
  /(?<=(?:api[-_]?key|secret|token|passwd|password|credential|authorization)\\?["']?\s*[:=]\s*\\?["']?)(?!bearer\b|basic\b)[^\s"'\\,;&}]{6,}/gi,
  /(?<=:\/\/[^\s/:@"]{0,64}:)[^\s/@"]+(?=@)/g,
]

const hidden = '[hidden]'

export function redact(text: string): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, hidden), text)
}
