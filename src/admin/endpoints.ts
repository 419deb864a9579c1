/** Every path of `/trooper/api`, and what it answers to which method. */
import type { ServerResponse } from 'node:http'
import type * as z from 'zod'
import type { ShownSetting } from '../config/shown.ts'
import type { LocalAsker } from '../exchange/local/ask-local.ts'
import type { Services } from '../exchange/outcome.ts'
import type { Hand } from '../ir/hand.ts'
import type { Access } from './access.ts'
import { give, problem, refusal, type Answer } from './answer.ts'
import { answerAsk } from './ask.ts'
import { chainsView } from './chains-view.ts'
import { makeDue, setOverride, warm, type Refused } from './changes.ts'
import type { Drills } from './drills.ts'
import type { EngineLooks } from './engine-looks.ts'
import type { Events } from './events.ts'
import { ledgerView } from './ledger-view.ts'
import { orders, queries, read } from './orders.ts'
import { withoutContent } from './reader.ts'
import type { ProbeView, StatusView, View, WarmView } from './views.ts'

export type Method = 'GET' | 'PUT' | 'POST'

export interface Asked {
  /** What stands in the place of `{id}`. */
  id: string
  query: Readonly<Record<string, string>>
  /** As JSON has it; an empty object where there was none. */
  body: unknown
  by: Hand
  /** Where it was asked; `undefined` for whoever sits in this process. */
  address: string | undefined
}

type Operation =
  | {
      answer: (asked: Asked) => Answer | Promise<Answer>
      /** Whoever asks has no token yet. */
      isFree?: true
      isStream?: never
    }
  /** It is followed until the reader leaves. */
  | { isStream: true; isFree?: never }
  /** It is answered in pieces, as they come. */
  | {
      tell: (asked: Asked, response: ServerResponse) => Promise<void>
      mostBytes: number
      isFree?: never
      isStream?: never
    }

export type Endpoint = { readonly [M in Method]?: Operation }

export interface EndpointParts {
  services: Services
  access: Access
  engines: EngineLooks
  events: Events
  drills: Drills
  asker: LocalAsker
  settings: ShownSetting[]
  statusNow: () => StatusView
}

export function createEndpoints(parts: EndpointParts): Readonly<Record<string, Endpoint>> {
  const { services, engines, drills, events, statusNow } = parts
  return {
    '/status': {
      GET: {
        answer: async () => {
          await engines.fresh()
          return good(statusNow())
        },
      },
    },
    '/exchanges': {
      GET: {
        answer: ({ query }) => withRead(queries.exchanges, query, 'The query', (asked) => exchanges(services, asked)),
      },
    },
    '/exchanges/{id}': { GET: { answer: ({ id }) => exchange(services, id) } },
    '/ledger': { GET: { answer: () => good(ledgerView(services.ledger, services.breakers)) } },
    '/engines': { GET: { answer: async () => good({ engines: await engines.fresh() }) } },
    '/days': {
      GET: {
        answer: ({ query }) =>
          withRead(queries.days, query, 'The query', ({ limit }) => good({ days: services.days.list(limit) })),
      },
    },
    '/override': {
      GET: { answer: () => good(services.override.get(services.clock.now())) },
      PUT: {
        answer: ({ body, by }) =>
          withRead(orders.override, body, 'The override', (order) => good(setOverride(services, order, by))),
      },
    },
    '/probe': {
      POST: {
        answer: ({ body, by }) =>
          withRead(orders.target, body, 'The body', ({ target }) => done(makeDue(services, target, by))),
      },
    },
    '/warm': {
      POST: {
        answer: ({ body }) =>
          withRead(orders.target, body, 'The body', async ({ target }) => done(await warm(services, target))),
      },
    },
    '/drill': {
      GET: { answer: () => good(drills.view()) },
      POST: {
        answer: ({ body }) =>
          withRead(orders.drill, body, 'The drill', (order) => {
            const run = drills.start(order, (progress) => events.drill(progress))
            return run ? { status: 202, body: run } : problem(409, 'A drill is under way; wait until it is over.')
          }),
      },
    },
    '/drill/stop': {
      POST: {
        answer: ({ body }) =>
          withRead(orders.nothing, body, 'The body', async () => {
            await drills.stop()
            return good(drills.view())
          }),
      },
    },
    '/chains': { GET: { answer: async () => good(await chainsView(services)) } },
    '/settings': { GET: { answer: () => good({ settings: parts.settings }) } },
    '/ask': { POST: { mostBytes: mostAskBytes, tell: ({ body }, response) => ask(parts.asker, body, response) } },
    '/login': {
      POST: {
        isFree: true,
        answer: ({ body, address }) =>
          withRead(orders.login, body, 'The login', ({ token }) => login(parts.access, token, address)),
      },
    },
    '/events': { GET: { isStream: true } },
  }
}

/** Of the longest prompt in any script, with instructions beside it. */
const mostAskBytes = 1024 * 1024

async function ask(asker: LocalAsker, body: unknown, response: ServerResponse): Promise<void> {
  const question = read(orders.ask, body, 'The question')
  if (question.ok) return answerAsk(asker, question.value, response)
  give(response, problem(400, question.problem))
}

function good(body: View): Answer {
  return { status: 200, body }
}

function done(outcome: ProbeView | WarmView | Refused): Answer {
  return 'problem' in outcome ? problem(outcome.status, outcome.problem) : good(outcome)
}

function withRead<T>(
  schema: z.ZodType<T>,
  value: unknown,
  what: string,
  answer: (read: T) => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  const order = read(schema, value, what)
  return order.ok ? answer(order.value) : problem(400, order.problem)
}

function exchanges({ journal }: Services, { limit, before }: { limit: number; before?: string | undefined }): Answer {
  const [listed, isMore] = withMore(journal.list(limit + 1, before), limit)
  const last = listed.at(-1)
  return good({ exchanges: listed.map(withoutContent), ...(isMore && last && { before: last.id }) })
}

function withMore<T>(all: readonly T[], limit: number): [T[], boolean] {
  return [all.slice(0, limit), all.length > limit]
}

function exchange({ journal }: Services, id: string): Answer {
  const entry = journal.find(id)
  return entry ? good(entry) : problem(404, 'That exchange is not kept (any more); JOURNAL says how many are.')
}

function login(access: Access, token: string, address: string | undefined): Answer {
  if (!access.asksForToken)
    return problem(409, 'There is no token to log in with, as TROOPER_TOKEN is not set; load the page anew.')
  const given = access.login(token, address)
  return 'cookie' in given ? { status: 204, headers: { 'set-cookie': given.cookie } } : refusal(given)
}
