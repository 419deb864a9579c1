/**
 * Who answers at a place, by what only it says: five servers answer Ollama's API, one answers 200 to every path, and all of them have
 * `/v1/models` (local-engines.md 2.3, 3.1, 3.2).
 */
import { isObject, objectOf, stringOf } from '../ir/json.ts'
import type { ServerAnswer } from '../upstream/fetch-json.ts'
import type { Identity, ServerName } from './engine.ts'
import { readModels } from './openai-models.ts'
import { likelyAt } from './places.ts'

type Ask = (path: string) => Promise<ServerAnswer | undefined>
/** `silent`: it does not answer at all, so nobody else need ask it. */
type Answer = Identity | 'silent' | undefined

/** `stranger`: somebody answers, and says nothing known. `undefined`: nobody does. */
export async function identify(ask: Ask, port: number): Promise<Identity | 'stranger' | undefined> {
  for (const name of likelyAt(port)) {
    const answer = await recognisers[name](ask)
    if (answer === 'silent') return undefined
    if (answer) return answer
  }
  return 'stranger'
}

/** Each costs one question where it is not the one. */
const recognisers: { readonly [E in ServerName]: (ask: Ask) => Promise<Answer> } = {
  ollama: async (ask) => {
    const root = await ask('/')
    if (!root) return 'silent'
    return root.text.trim() === 'Ollama is running' ? withVersion('ollama', await ask('/api/version')) : undefined
  },
  'lm-studio': async (ask) => {
    const models = await ask('/api/v1/models')
    if (!models) return 'silent'
    const { models: list, error } = objectOf(models.json)
    // The newer lists its models there, the older one says what it says everywhere.
    const isIt = Array.isArray(list) || stringOf(error)?.startsWith('Unexpected endpoint or method.') === true
    return isIt ? { name: 'lm-studio' } : undefined
  },
  'llama-server': async (ask) => {
    const props = await ask('/props')
    if (!props) return 'silent'
    const { build_info: build, error } = objectOf(props.json)
    const isLoading = props.status === 503 && objectOf(error)['type'] === 'unavailable_error'
    if (props.server !== 'llama.cpp' && build === undefined && !isLoading) return undefined
    const version = stringOf(build)
    return { name: 'llama-server', ...(version !== undefined && { version }) }
  },
  vllm: async (ask) => {
    const owners = await ownersAt(ask, '/v1/models')
    if (owners === 'silent') return 'silent'
    return owners?.includes('vllm') ? withVersion('vllm', await ask('/version')) : undefined
  },
  'docker-model-runner': async (ask) => {
    const owners = await ownersAt(ask, '/engines/v1/models')
    if (owners === 'silent') return 'silent'
    return owners ? { name: 'docker-model-runner' } : undefined
  },
  'openai-compatible': async (ask) => {
    const owners = await ownersAt(ask, '/v1/models')
    if (owners === 'silent') return 'silent'
    // An Ollama behind a proxy that passes on its API alone.
    if (owners?.includes('library')) return withVersion('ollama', await ask('/api/version'))
    return owners ? { name: 'openai-compatible' } : undefined
  },
}

async function ownersAt(ask: Ask, path: string): Promise<string[] | 'silent' | undefined> {
  const answer = await ask(path)
  if (!answer) return 'silent'
  return answer.status === 200 ? readModels(answer.json)?.map(({ owner }) => owner) : undefined
}

function withVersion(name: ServerName, answer: ServerAnswer | undefined): Identity {
  const version = isObject(answer?.json) ? stringOf(answer.json['version']) : undefined
  return { name, ...(version !== undefined && { version }) }
}
