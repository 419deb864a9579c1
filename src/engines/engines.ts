/** Which engine stands behind a target. */
import type { Pools } from '../upstream/pools.ts'
import type { Engines } from './engine.ts'
import { createOllamaEngine } from './ollama.ts'
import { openaiCompatibleEngine } from './openai-compatible.ts'

export function createEngines(pools: Pools): Engines {
  const ollama = createOllamaEngine(pools)
  return { at: (target) => (target.dialect === 'ollama' ? ollama : openaiCompatibleEngine) }
}
