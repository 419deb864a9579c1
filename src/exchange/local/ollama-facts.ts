/** What apps that speak Ollama's own API ask beside the conversation (local-engines.md 1.4): of the local Ollama, where there is one. */
import type { OllamaFact } from '../../dialects/ollama/facts.ts'
import { arrayOf, compact, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Target } from '../../routing/target.ts'
import { fetchJson } from '../../upstream/fetch-json.ts'
import type { Services } from '../outcome.ts'

/** Recent enough for every client that asks (Codex wants 0.13.4, real-clients.md 1). */
const versionWithoutOllama = '0.33.0'

export async function answerFact(
  services: Services,
  fact: OllamaFact,
  body: JsonValue | undefined,
): Promise<{ status: number; body: JsonObject }> {
  const chain = services.chains.ollama
  const engine = chain.find(({ kind, dialect }) => kind === 'local' && dialect === 'ollama')
  const ask = (path: string, question?: JsonObject): Promise<JsonValue | undefined> =>
    engine ? fetchJson(services.pools, engine, path, question) : Promise.resolve(undefined)
  switch (fact) {
    case 'version':
      return good({ version: stringOf(objectOf(await ask('/api/version'))['version']) ?? versionWithoutOllama })
    case 'ps':
      return good({ models: arrayOf(objectOf(await ask('/api/ps'))['models']) })
    case 'tags':
      return good({ models: listModels(arrayOf(objectOf(await ask('/api/tags'))['models']), chain) })
    case 'show': {
      const name = stringOf(objectOf(body)['model']) ?? stringOf(objectOf(body)['name']) ?? ''
      if (name === '') return { status: 400, body: { error: 'model is required' } }
      const shown = await ask('/api/show', compact({ ...objectOf(body), model: name }))
      return good(isObject(shown) ? shown : describeCloudModel())
    }
  }
}

function good(body: JsonObject): { status: number; body: JsonObject } {
  return { status: 200, body }
}

/** What Ollama has, and every model that a target is configured to run. */
function listModels(installed: JsonValue[], chain: readonly Target[]): JsonValue[] {
  const known = new Set(installed.map((model) => objectOf(model)['name']))
  const configured = chain.flatMap(({ model }) => (model === undefined || known.has(model) ? [] : [model]))
  return [
    ...installed,
    ...configured.map((name) => ({ name, model: name, modified_at: epoch, size: 0, digest: '', details: {} })),
  ]
}

const epoch = '1970-01-01T00:00:00Z'

function describeCloudModel(): JsonObject {
  return { details: {}, model_info: {}, capabilities: ['completion', 'tools', 'vision'] }
}
