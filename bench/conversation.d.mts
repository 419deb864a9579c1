/** The conversation that is asked about, as a client of each dialect sends it. */
export const conversations: { readonly [D in 'anthropic' | 'openai-chat' | 'openai-responses' | 'ollama']: Buffer }
