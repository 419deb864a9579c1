/** Several answers to one question (`n` of Chat Completions): whoever answers is asked once for each, and the client gets them as one. */
import type { AnswerEncoder, AnswerIdentity, ClientDialect } from '../../dialects/dialect.ts'
import { encodeChoices } from '../../dialects/openai-chat/response.ts'
import { createChoiceEncoder, encodeEnd } from '../../dialects/openai-chat/stream.ts'
import type { Emit, StreamEvent, Usage } from '../../ir/events.ts'
import { defined } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { createCollector, type ChatResponse } from '../../ir/response.ts'
import type { HeaderList } from '../../wire/headers.ts'
import { beginStream, giveWhole, saysSomething } from '../reply/give.ts'
import type { Reply } from '../reply/reply.ts'
import type { CallOutcome } from './translated-call.ts'

/** One after the other: a local model writes one answer at a time. The first that fails is the end of all. */
export async function askForChoices(
  request: ChatRequest,
  count: number,
  ask: (question: ChatRequest) => Promise<CallOutcome>,
): Promise<CallOutcome> {
  let outcome = await ask(request)
  for (let choice = 1; choice < count && outcome.type === 'answered'; choice += 1)
    outcome = await ask(withOwnSeed(request, choice))
  return outcome
}

/** The same seed would give the same answer. */
function withOwnSeed(request: ChatRequest, choice: number): ChatRequest {
  const { seed } = request.sampling
  return seed === undefined ? request : { ...request, sampling: { ...request.sampling, seed: seed + choice } }
}

/** An answer sink that takes as many answers, one behind the other. */
interface ChoiceSink {
  readonly isCommitted: boolean
  event: Emit
  flush(): boolean
}

type CreateChoiceSink = (
  dialect: ClientDialect,
  identity: AnswerIdentity,
  request: ChatRequest,
  reply: Reply,
  headers: () => HeaderList,
) => ChoiceSink

export const createChoiceStream: CreateChoiceSink = (dialect, identity, request, reply, headers) => {
  const { choices = 1 } = request
  let text = ''
  let finished: Usage[] = []
  let isOver = false
  let encode: AnswerEncoder = createChoiceEncoder(identity, request, 0)

  const endChoice = (usage: Usage): void => {
    finished = [...finished, usage]
    isOver = finished.length === choices
    if (isOver) text += encodeEnd(identity, request, together(finished))
    else encode = createChoiceEncoder(identity, request, finished.length)
  }

  const sink = {
    isCommitted: false,
    event: (event: StreamEvent): void => {
      text += encode(event)
      if (event.type === 'finish') endChoice(event.usage)
      isOver ||= event.type === 'failure'
      if (sink.isCommitted || !saysSomething(event)) return
      sink.isCommitted = true
      beginStream(reply, dialect, headers())
    },
    flush: (): boolean => {
      if (!sink.isCommitted || text === '') return true
      const ready = text
      text = ''
      if (!isOver) return reply.write(ready)
      reply.end(ready)
      return true
    },
  }
  return sink
}

export const createChoiceGatherer: CreateChoiceSink = (_dialect, identity, request, reply, headers) => {
  const { choices = 1 } = request
  const responses: ChatResponse[] = []

  const take = (response: ChatResponse): void => {
    responses.push(response)
    collect = createChoice()
    if (responses.length < choices) return
    const usage = together(responses.map((choice) => choice.usage))
    giveWhole(reply, encodeChoices(responses, usage, identity, request), headers())
  }
  const createChoice = (): Emit => createCollector((collected) => (collected.ok ? take(collected.response) : undefined))
  let collect = createChoice()

  return { isCommitted: false, event: (event) => collect(event), flush: () => true }
}

/** As OpenAI counts it: the prompt once, and all that was written. */
function together(usages: readonly Usage[]): Usage {
  const sum = (counts: (number | undefined)[]): number | undefined =>
    counts.every((count) => count === undefined)
      ? undefined
      : counts.reduce<number>((all, count) => all + (count ?? 0), 0)
  return {
    ...usages[0],
    ...defined({
      outputTokens: sum(usages.map(({ outputTokens }) => outputTokens)),
      reasoningTokens: sum(usages.map(({ reasoningTokens }) => reasoningTokens)),
    }),
  }
}
