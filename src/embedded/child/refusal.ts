/** An answer that is none, in Ollama's words and statuses (local-engines.md 1.3). */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The error of llama-server as Ollama passes it on: JSON inside the text. */
export function doesNotFit(promptTokens: number, window: number): Refusal {
  const message = `request (${promptTokens} tokens) exceeds the available context size (${window} tokens), try increasing it`
  const error = {
    code: 400,
    message,
    type: 'exceed_context_size_error',
    n_prompt_tokens: promptTokens,
    n_ctx: window,
  }
  return new Refusal(400, JSON.stringify({ error }))
}
