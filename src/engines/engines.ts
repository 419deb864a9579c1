/** Which engine stands behind a target. */
import type { Target } from '../routing/target.ts'
import type { Pools } from '../upstream/pools.ts'
import type { Engine, Engines } from './engine.ts'
import { createOllamaEngine } from './ollama.ts'
import { openaiCompatibleEngine } from './openai-compatible.ts'

export function createEngines(pools: Pools): Engines {
  const ollama = createOllamaEngine(pools)
  const known = ({ dialect }: Target): Engine => (dialect === 'ollama' ? ollama : openaiCompatibleEngine)
  return { at: (target) => Promise.resolve(known(target)), known }
}
