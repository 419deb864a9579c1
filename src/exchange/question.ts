/** Questions beside the conversation that are answered here while the provider cannot: how many tokens, and which models there are. */
import { countTokens } from '../context/count/count.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import { arrayOf, isObject, objectOf, parseJson, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { Target } from '../routing/target.ts'
import type { Outcome, Services } from './outcome.ts'
import { giveJson, type Reply } from './reply/reply.ts'
import type { Decoded } from './translate/translate.ts'

export type Question =
  | { about: 'tokens' }
  /** Without an id: all of them. */
  | { about: 'models'; id?: string }

/** Which question an endpoint asks; `path` starts after the version prefix. `undefined` for everything else. */
export function questionAt(method: string, path: string): Question | undefined {
  if (method === 'POST' && (path === '/messages/count_tokens' || path === '/responses/input_tokens'))
    return { about: 'tokens' }
  const id = /^\/models(?:\/(.+))?$/.exec(path)
  if (method !== 'GET' || !id) return undefined
  return id[1] === undefined ? { about: 'models' } : { about: 'models', id: decoded(id[1]) }
}

/** A name that is badly encoded is nobody's; it is looked for as it is. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

/** The last list that each account got of its provider. */
export type ModelLists = Map<string, JsonObject>

const mostLists = 100

const ownAnswer = ['X-Trooper-Provider', 'trooper']

export function rememberModels(lists: ModelLists, account: string, text: string): void {
  const list = parseJson(text)
  if (!isObject(list) || !Array.isArray(list['data'])) return
  lists.delete(account)
  lists.set(account, list)
  const [oldest] = lists.keys()
  if (lists.size > mostLists && oldest !== undefined) lists.delete(oldest)
}

/** Fails only when the request itself is at fault. */
export async function answerTokens(dialect: ClientDialectName, decoded: Decoded, reply: Reply): Promise<Outcome> {
  if (!decoded.ok) return { type: 'failed', failure: decoded.failure }
  const input_tokens = countTokens(decoded.request)
  giveJson(
    reply,
    200,
    dialect === 'anthropic' ? { input_tokens } : { object: 'response.input_tokens', input_tokens },
    ownAnswer,
  )
  return { type: 'answered' }
}

/** The provider's last list, and the local models behind it. */
export function answerModels(
  services: Services,
  dialect: ClientDialectName,
  account: string,
  id: string | undefined,
  reply: Reply,
): Outcome {
  const locals = services.chains[dialect]
    .filter(({ kind }) => kind === 'local')
    .map((target) => describe(dialect, target))
  const last = services.modelLists.get(account)
  const data = [...arrayOf(last?.['data']), ...locals]
  if (id === undefined) giveJson(reply, 200, { ...(last ?? emptyList(dialect, data)), data }, ownAnswer)
  else
    giveModel(
      dialect,
      data.find((model) => objectOf(model)['id'] === id),
      reply,
    )
  return { type: 'answered' }
}

function giveModel(dialect: ClientDialectName, model: JsonValue | undefined, reply: Reply): void {
  if (isObject(model)) return giveJson(reply, 200, model, ownAnswer)
  const failure = {
    kind: 'unknown-model',
    message: 'There is no model of this name, here or at the provider.',
  } as const
  const { status, body } = clientDialects[dialect].encodeFailure(failure)
  giveJson(reply, status, body, ownAnswer)
}

function describe(dialect: ClientDialectName, { model = '', name }: Target): JsonObject {
  if (dialect !== 'anthropic') return { id: model, object: 'model', created: 0, owned_by: 'local' }
  return { type: 'model', id: model, display_name: name, created_at: '1970-01-01T00:00:00Z' }
}

function emptyList(dialect: ClientDialectName, data: JsonValue[]): JsonObject {
  if (dialect !== 'anthropic') return { object: 'list' }
  const id = (model: JsonValue | undefined): JsonValue => objectOf(model)['id'] ?? null
  return { has_more: false, first_id: id(data[0]), last_id: id(data.at(-1)) }
}
