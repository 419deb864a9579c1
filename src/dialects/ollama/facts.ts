/** What apps ask an Ollama beside the conversation (local-engines.md 1.4). */
export type OllamaFact = 'tags' | 'ps' | 'show' | 'version'
