/** The simulated provider: speaks the three wire formats, takes any key, and misbehaves as its scenario says. */
import { createHash } from 'node:crypto'
import type { ClientDialectName } from '../dialects/dialect.ts'
import { clientDialects } from '../dialects/registry.ts'
import { decodeJson } from '../exchange/translate/translate.ts'
import { exactText, parseExact } from '../ir/exact-json.ts'
import { objectOf, stringOf, without } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import { play, type Pace } from './acts.ts'
import { giveJson, listenOnLoopback, type Asked, type LoopbackServer } from './loopback.ts'
import { endOfLimitMs, refusalIn, type Refusal } from './refusals.ts'
import type { Act, Scenario } from './scenario.ts'

export interface ProviderPace extends Pace {
  /** How long a limit lasts that ends soon. */
  soonMs: number
}

export interface SimulatedProvider extends LoopbackServer {
  /** The last thing it refused with. */
  readonly refusal: Refusal | undefined
  /** When the limit ends that it told of last. */
  readonly resetsAtMs: number
}

const conversations: Readonly<Record<string, ClientDialectName>> = {
  '/v1/messages': 'anthropic',
  '/v1/chat/completions': 'openai-chat',
  '/v1/responses': 'openai-responses',
}

/** How long a limit lasts that ends late. */
const lateMs = 15 * 60_000
/** What a Responses client leaves with the provider: nobody else could read it. */
const heldHere = new Set(['previous_response_id', 'conversation'])

/** More conversations than anybody rehearses. */
const maxKept = 1000

export async function startSimulatedProvider(
  { messages, isDown }: Scenario,
  pace: ProviderPace,
): Promise<SimulatedProvider> {
  const script = new Script(messages.map(({ act }) => act))
  let refusal: Refusal | undefined
  let resetsAtMs = 0

  const converse = async (dialectName: ClientDialectName, { body, response }: Asked): Promise<void> => {
    const dialect = clientDialects[dialectName]
    const asked = objectOf(parseExact(body))
    const decoded = decodeJson(dialectName, () => without(asked, heldHere))
    if (!decoded.ok) {
      const { status, body: problem } = dialect.encodeFailure(decoded.failure)
      return giveJson(response, status, exactText(problem))
    }
    const id = script.nextId()
    const identity = { id: ids[dialectName] + id, model: decoded.request.model, createdAtMs: Date.now() }
    const place = { id: identity.id, previous: stringOf(asked['previous_response_id']) ?? '' }
    const act = script.actFor(decoded.request, body, place)
    await play(act, { dialect, request: decoded.request, identity, response, pace }, (refused) => {
      const nowMs = Date.now()
      const lastsMs = refused.resets === 'soon' ? pace.soonMs : lateMs
      resetsAtMs = endOfLimitMs(nowMs, lastsMs)
      refusal = refusalIn(dialectName, refused.as, nowMs, lastsMs)
      return refusal
    })
  }

  const server = await listenOnLoopback(async (asked) => {
    const dialect = conversations[asked.path]
    if (asked.method === 'POST' && dialect) return converse(dialect, asked)
    answerOther(asked)
  })
  if (isDown) await server.close()
  return {
    ...server,
    get refusal() {
      return refusal
    },
    get resetsAtMs() {
      return resetsAtMs
    },
  }
}

const ids: { readonly [D in ClientDialectName]: string } = {
  anthropic: 'msg_',
  'openai-chat': 'chatcmpl-',
  'openai-responses': 'resp_',
  ollama: '',
}

/** Which act a request gets: that of its place in its own conversation, however many apps talk at once. */
class Script {
  readonly #acts: readonly Act[]
  /** What was refused once and is answered the second time, by digest. */
  readonly #refused = new Set<string>()
  /** How many messages stand behind an answer to which an app only refers (`previous_response_id`). */
  readonly #messagesBehind = new Map<string, number>()
  #answers = 0

  constructor(acts: readonly Act[]) {
    this.#acts = acts
  }

  nextId(): string {
    this.#answers += 1
    return `drill${String(this.#answers).padStart(19, '0')}`
  }

  actFor(request: ChatRequest, body: string, { id, previous }: { id: string; previous: string }): Act {
    const before = this.#messagesBehind.get(previous) ?? 0
    const messages = before + request.messages.filter(({ role }) => role === 'user').length
    remember(this.#messagesBehind, id, messages)
    const act = this.#acts[Math.min(Math.max(messages, 1), this.#acts.length) - 1] ?? { do: 'answer' }
    return act.do === 'refuse' && act.once && !this.#isFirst(body) ? { do: 'answer' } : act
  }

  #isFirst(body: string): boolean {
    const digest = createHash('sha256').update(body).digest('hex')
    if (this.#refused.delete(digest)) return false
    this.#refused.add(digest)
    return true
  }
}

function remember(known: Map<string, number>, id: string, messages: number): void {
  for (const oldest of known.keys()) {
    if (known.size < maxKept) break
    known.delete(oldest)
  }
  known.set(id, messages)
}

/** What apps ask beside the conversation. */
function answerOther({ method, path, body, response }: Asked): void {
  if (method === 'POST' && path === '/v1/messages/count_tokens')
    return giveJson(response, 200, JSON.stringify({ input_tokens: Math.ceil(body.length / 4) }))
  if (method === 'GET' && path === '/v1/models')
    return giveJson(response, 200, JSON.stringify({ object: 'list', data: [model], has_more: false }))
  giveJson(
    response,
    404,
    JSON.stringify({ error: { type: 'not_found_error', message: `The simulated provider has nothing at ${path}.` } }),
  )
}

const model = {
  id: 'simulated',
  type: 'model',
  object: 'model',
  display_name: 'Simulated',
  owned_by: 'drill',
  created: 0,
}
