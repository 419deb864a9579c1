/** Any other local server: its window was chosen when it was started and cannot be set by a request (local-engines.md 2.2, 3.1). */
import type { Engine } from './engine.ts'

export const openaiCompatibleEngine: Engine = {
  name: 'openai-compatible',
  facts: () => Promise.resolve({ can: { tools: true, vision: true } }),
  windowFor: () => Promise.resolve(undefined),
  dress: (request) => Promise.resolve(request),
  remedy: (failure, target) => {
    if (failure.kind === 'network' && failure.problem === 'refused')
      return `is the local server at ${target.url.origin} running?`
    if (failure.kind === 'unknown-model')
      return `load the model '${target.model ?? ''}' in the local server, or correct FALLBACK_MODEL`
    if (failure.kind === 'too-long') return 'start the local server with a longer context'
    return undefined
  },
}
