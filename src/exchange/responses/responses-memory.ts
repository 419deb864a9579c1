/** One Responses exchange and what is kept of it: its history when it leans on one, its transcript when it ends. */
import { madeHere } from '../../dialects/made-here.ts'
import { decodeCompaction } from '../../dialects/openai-responses/request.ts'
import { clientDialects } from '../../dialects/registry.ts'
import { exactText } from '../../ir/exact-json.ts'
import { isObject, objectOf, parseJson, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Failure } from '../../ir/failure.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Clock } from '../../clock.ts'
import { allAtOnce, type Steps } from '../../ir/steps.ts'
import { createSseDecoder } from '../../wire/sse.ts'
import { inSteps } from '../in-steps.ts'
import type { Incoming, Services } from '../outcome.ts'
import { takeJson, type TakenBody } from '../parse-body.ts'
import { accountAt } from '../payer.ts'
import { expandHistory, leansOnHistory, mendForProvider, unfoldHistory, type Missing } from './history.ts'
import type { Transcripts } from './transcripts.ts'
import { conversationOf, isUnderWay, turnOf } from './turn.ts'
import { decodeJson, type Decoded } from '../translate/translate.ts'

/** A request without any of them leans on nothing, and holds no item of an answer. */
const historyMarks = [madeHere, '"conversation"', '"previous_response_id"', '"id"']

export class ResponsesMemory {
  readonly #transcripts: Transcripts
  readonly #clock: Clock
  readonly #body: Buffer
  readonly #account: string
  readonly #decodeRequest: (body: JsonValue | undefined) => ChatRequest
  /** Its answer is a turn of the conversation. */
  readonly #isTurn: boolean
  #taken: TakenBody | undefined

  constructor(
    { transcripts, clock }: Pick<Services, 'transcripts' | 'clock'>,
    { body, compacts }: Incoming,
    account: string,
  ) {
    this.#clock = clock
    this.#transcripts = transcripts
    this.#body = body
    this.#account = account
    this.#decodeRequest = compacts ? decodeCompaction : clientDialects['openai-responses'].decodeRequest
    this.#isTurn = !compacts
  }

  /** The request with its whole history, or the failure that its provider would name. */
  async decode(): Promise<Decoded> {
    this.#taken ??= await inSteps(this.#clock, takeJson(this.#body))
    if (!this.#taken.ok) return this.#taken
    const body = this.#taken.value
    if (this.#transcripts.isOff || !isObject(body) || !leansOnHistory(body))
      return inSteps(this.#clock, this.#decodeWhole(body))
    const expanded = await expandHistory(body, this.#transcripts, this.#account)
    if (!expanded.ok) return { ok: false, failure: notFound(expanded.missing), isUnknownHistory: true }
    const decoded = decodeJson('openai-responses', () => expanded.body, this.#decodeRequest)
    if (!decoded.ok) return decoded
    const { previous_response_id = null } = body
    const id = conversationOf(body)
    const echo = { ...decoded.request.echo, previous_response_id, conversation: id === undefined ? null : { id } }
    return { ok: true, request: { ...decoded.request, echo } }
  }

  *#decodeWhole(body: JsonValue | undefined): Steps<Decoded> {
    const decoded = decodeJson('openai-responses', () => body, this.#decodeRequest)
    yield
    return decoded
  }

  /** The request as a provider takes it; the same bytes when nothing in it is local. */
  async mend(): Promise<Buffer> {
    const body = historyMarks.some((mark) => this.#body.includes(mark)) ? this.#parsed() : undefined
    if (!isObject(body)) return this.#body
    const mended = await mendForProvider(body, this.#transcripts, this.#account)
    return mended === body ? this.#body : Buffer.from(exactText(mended))
  }

  /** The request as another account takes it, which has none of its history; one that is not known here is the provider's to refuse. */
  async unfold(): Promise<Buffer> {
    const body = this.#parsed()
    if (this.#transcripts.isOff || !isObject(body) || !leansOnHistory(body)) return this.mend()
    const unfolded = await unfoldHistory(body, this.#transcripts, this.#account)
    return unfolded ? Buffer.from(exactText(unfolded)) : this.mend()
  }

  /** `text` is the JSON of a relayed answer, or of the last event of its stream. Later, so that it delays nobody. */
  keepRelayed(text: string, isHome: boolean): void {
    setImmediate(() => {
      const said = objectOf(parseJson(text))
      this.#keep(isObject(said['response']) ? said['response'] : said, !isHome)
    })
  }

  keepLocal(response: () => JsonObject): void {
    if (this.#keepsNothing()) return
    setImmediate(() => this.#keep(response(), true))
  }

  /** `frames` end a stream that the provider began and another target ended: no provider knows it whole. */
  keepEnd(frames: string): void {
    const decoder = createSseDecoder(({ data }) => {
      const response = objectOf(parseJson(data))['response']
      if (isObject(response)) this.keepLocal(() => response)
    })
    decoder.feed(Buffer.from(frames))
  }

  #keep(response: JsonObject, isLocal: boolean): void {
    if (this.#keepsNothing()) return
    const request = this.#parsed()
    if (!isObject(request)) return
    const turn = turnOf(request, response, this.#account, isLocal)
    const conversation = conversationOf(request)
    if (turn) this.#transcripts.record(turn, { bytes: this.#body, body: request })
    else if (conversation !== undefined && isUnderWay(response))
      this.#transcripts.loseSight(conversation, this.#account)
  }

  #keepsNothing(): boolean {
    return this.#transcripts.isOff || !this.#isTurn
  }

  /** Parsed at most once: to be translated and then to be kept (0.5 ms for 150 KB). Nobody changes it. */
  #parsed(): JsonValue | undefined {
    this.#taken ??= allAtOnce(takeJson(this.#body))
    return this.#taken.ok ? this.#taken.value : undefined
  }
}

/** The provider's own words (providers.md 4.5); of the three only a response has a code. */
function notFound({ what, id }: Missing): Failure {
  const name = id.slice(0, 100)
  switch (what) {
    case 'response':
      return {
        kind: 'bad-request',
        status: 400,
        code: 'previous_response_not_found',
        message: `Previous response with id '${name}' not found.`,
      }
    case 'conversation':
      return { kind: 'bad-request', status: 404, message: `Conversation with id '${name}' not found.` }
    case 'item':
      return { kind: 'bad-request', status: 404, message: `Item with id '${name}' not found.` }
  }
}

/** Only Responses clients leave their history with the provider. */
export function memoryOf(services: Services, incoming: Incoming): ResponsesMemory | undefined {
  const { dialect, headers, query } = incoming
  if (dialect !== 'openai-responses') return undefined
  return new ResponsesMemory(services, incoming, accountAt(services.chains[dialect][0], headers, query))
}
