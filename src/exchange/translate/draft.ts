/** The streamed answer of an exchange before anybody has begun it: what all who are asked for it write into. */
import type { AnswerIdentity, ClientDialectName, OpenStream } from '../../dialects/dialect.ts'
import { clientDialects } from '../../dialects/registry.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { nothingRan, type Ran } from '../../mcp-client/ran.ts'
import type { Services } from '../outcome.ts'

/** The part of one who is asked. */
export interface Draft {
  stream: OpenStream
  identity: AnswerIdentity
  /** What MCP servers have done for it by now. */
  ran: Ran
}

/** `isFallback`: it is given in another's place. */
export type Drafts = (model: string, isFallback: boolean) => Draft

export function createDrafts(
  { unique, clock }: Pick<Services, 'unique' | 'clock'>,
  dialectName: ClientDialectName,
  request: ChatRequest,
): Drafts {
  const dialect = clientDialects[dialectName]
  const stream = dialect.openStream(request)
  const own = unique()
  const createdAtMs = clock.now()
  const ran = nothingRan()
  return (model, isFallback) => ({
    stream,
    identity: { id: dialect.answerId(own, isFallback), model, createdAtMs },
    ran,
  })
}
