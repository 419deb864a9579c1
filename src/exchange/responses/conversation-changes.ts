/**
 * What a client does to a conversation besides talking in it: it is made, given items, and deleted (providers.md 5.2). Its
 * provider does all of it; what it did is noted, so that a local model knows the conversation as it is.
 */
import type { IncomingMessage } from 'node:http'
import { exactText, parseExact } from '../../ir/exact-json.ts'
import { arrayOf, isObject, objectOf, parseJson, stringOf, type JsonValue } from '../../ir/json.ts'
import { mendItems } from './history.ts'
import type { Services } from '../outcome.ts'
import { passThrough, type Passed } from '../passthrough.ts'
import { accountAt } from '../payer.ts'
import type { Reply } from '../reply/reply.ts'
import type { Transcripts } from './transcripts.ts'
import { WitnessedReply, type Witnessed } from '../reply/witnessed-reply.ts'

export type Change =
  | { type: 'open' }
  | { type: 'add'; conversation: string }
  | { type: 'forget-item'; conversation: string; item: string }
  | { type: 'forget-conversation'; conversation: string }
  | { type: 'forget-response'; response: string }

/** `undefined` for an endpoint that changes nothing; `path` starts after the version prefix. */
export function changeAt(method: string, path: string): Change | undefined {
  const [family, id, part, item, ...rest] = path.split('/').slice(1)
  if (rest.length > 0 || (method !== 'POST' && method !== 'DELETE')) return undefined
  if (family === 'responses') {
    const isWhole = method === 'DELETE' && id !== undefined && part === undefined
    return isWhole ? { type: 'forget-response', response: id } : undefined
  }
  if (family !== 'conversations') return undefined
  if (id === undefined) return method === 'POST' ? { type: 'open' } : undefined
  if (part === undefined) return method === 'DELETE' ? { type: 'forget-conversation', conversation: id } : undefined
  if (part !== 'items') return undefined
  if (item === undefined) return method === 'POST' ? { type: 'add', conversation: id } : undefined
  return method === 'DELETE' ? { type: 'forget-item', conversation: id, item } : undefined
}

/** Asks the provider for the change; the client hears the answer when it is noted. */
export async function passChange(
  services: Services,
  request: IncomingMessage,
  passed: Passed,
  change: Change,
  reply: Reply,
): Promise<void> {
  const { transcripts, chains, unique } = services
  const [target] = chains['openai-responses']
  const account = accountAt(target, request.rawHeaders, passed.query)
  const asked = passed.body && parseExact(passed.body.toString('utf8'))
  const given = isObject(asked) ? arrayOf(asked['items']) : []
  const items = await mendItems(given, transcripts, account)
  const isSame = items.length === given.length && items.every((item, at) => item === given[at])
  const sent = isSame || !isObject(asked) ? passed : { ...passed, body: Buffer.from(exactText({ ...asked, items })) }
  const noting = { transcripts, account, name: `items_${unique()}` }
  const witnessed = new WitnessedReply(reply, (answer) => note(change, items, answer, noting))
  passThrough(services, request, { ...sent, isRead: true }, target, witnessed)
}

interface Noting {
  transcripts: Transcripts
  account: string
  /** Under which the items are kept. */
  name: string
}

async function note(change: Change, items: JsonValue[], answer: Witnessed, noting: Noting): Promise<void> {
  const { transcripts, account } = noting
  // Nobody knows whether it was done.
  if (answer === 'unseen')
    return 'conversation' in change ? transcripts.loseSight(change.conversation, account) : undefined
  if (answer.status >= 300) return
  const said = objectOf(parseJson(answer.text))
  switch (change.type) {
    case 'open': {
      const id = stringOf(said['id'])
      if (id === undefined) return
      transcripts.open(id, account)
      // Their ids are not told.
      return keep(id, items, [], noting)
    }
    case 'add':
      return keep(change.conversation, items, arrayOf(said['data']), noting)
    case 'forget-item':
      return transcripts.forgetItem(change.conversation, change.item, account)
    case 'forget-conversation':
      return transcripts.forgetConversation(change.conversation, account)
    case 'forget-response':
      return transcripts.forget(change.response, account)
  }
}

/** As the client gave them, which is more than the provider repeats; only their ids are the provider's. */
function keep(
  conversation: string,
  items: JsonValue[],
  made: JsonValue[],
  { transcripts, account, name }: Noting,
): void {
  if (items.length === 0) return
  const named = items.map((item, at) => {
    const id = stringOf(objectOf(made[at])['id'])
    return id === undefined || !isObject(item) ? item : { ...item, id }
  })
  transcripts.record({ id: name, account, conversation, isLocal: false, input: named })
}
