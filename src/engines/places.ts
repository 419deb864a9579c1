/** Where local servers listen unless told otherwise, and where each has its endpoint (local-engines.md 1.4, 2, 3.1, 3.2). */
import type { DialectName } from '../ir/request.ts'
import { endpointPaths, type TargetUrl } from '../routing/target.ts'
import type { EngineName, ServerName } from './engine.ts'

export type KnownPorts = readonly (readonly [port: number, engine: ServerName])[]

/** In order of preference. LM Studio's port is mistral.rs's too, llama-server's old one LocalAI's. */
export const knownPorts: KnownPorts = [
  [11_434, 'ollama'],
  [1234, 'lm-studio'],
  [8080, 'llama-server'],
  [9931, 'llama-server'],
  [8000, 'vllm'],
  [12_434, 'docker-model-runner'],
  [1337, 'openai-compatible'],
]

export const engineLabels: { readonly [E in EngineName]: string } = {
  ollama: 'Ollama',
  'lm-studio': 'LM Studio',
  'llama-server': 'llama-server',
  vllm: 'vLLM',
  'docker-model-runner': 'Docker Model Runner',
  'openai-compatible': 'an OpenAI-compatible server',
  embedded: 'a model inside Trooper',
}

const everyEngine: readonly ServerName[] = [
  'ollama',
  'lm-studio',
  'llama-server',
  'vllm',
  'docker-model-runner',
  'openai-compatible',
]

/** The usual one first, so that others are seldom asked what they do not know: LM Studio writes an error into its log for that. */
export function likelyAt(port: number): readonly ServerName[] {
  const usual = knownPorts.find(([known]) => known === port)?.[1]
  if (usual === undefined || usual === 'openai-compatible') return everyEngine
  return [usual, ...everyEngine.filter((name) => name !== usual)]
}

/** What answers there, before anybody has been asked. */
export function guessAt(port: number): ServerName {
  return knownPorts.find(([known]) => known === port)?.[1] ?? 'openai-compatible'
}

/** The endpoint through which an engine gets a whole conversation, below its root. */
export function endpointOf(
  engine: EngineName,
  { origin, root }: { origin: string; root: string },
): {
  dialect: DialectName
  url: TargetUrl
} {
  const dialect: DialectName = engine === 'ollama' || engine === 'embedded' ? 'ollama' : 'openai-chat'
  const base = root + bases[engine]
  return { dialect, url: { origin, base, query: '', text: origin + base + endpointPaths[dialect] } }
}

const bases: { readonly [E in EngineName]: string } = {
  ollama: '',
  'lm-studio': '/v1',
  'llama-server': '/v1',
  vllm: '/v1',
  'docker-model-runner': '/engines/v1',
  'openai-compatible': '/v1',
  embedded: '',
}

export function portOf(origin: string): number {
  const { port, protocol } = new URL(origin)
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}
