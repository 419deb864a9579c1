/** An answer of which the client has the beginning: whoever goes on with it writes to the same stream. */
import type { AnswerEncoder, ClientDialectName } from '../dialects/dialect.ts'
import { resumes } from '../dialects/resume.ts'
import type { Emit } from '../ir/events.ts'
import { createGatherer, type Gathered, type Gatherer } from '../ir/gathered.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Frame } from '../wire/sse.ts'
import type { Reply } from './reply.ts'

export interface OpenAnswer {
  /** What the client has of it. */
  readonly gathered: Gathered
  /** Only its last frame was missing: `flush` ends it. */
  readonly isWhole: boolean
  event: Emit
  /** Writes what has gathered; false when the client reads too slowly. */
  flush(): boolean
  /** Shows its client that it is still being worked on. */
  keepAlive(): void
  /** How often something was written. */
  writes(): number
}

/** Takes up a relayed stream behind these frames; `undefined` where that cannot be. `onEnd` is told the frames that end it. */
export function takeUp(
  dialect: ClientDialectName,
  seen: readonly Frame[],
  request: ChatRequest,
  reply: Reply,
  nowMs: number,
  onEnd?: (frames: string) => void,
): OpenAnswer | undefined {
  const resumed = resumes[dialect](seen, request, nowMs)
  if (!resumed) return undefined
  const gatherer = createGatherer()
  for (const event of resumed.events) gatherer.take(event)
  const { encode, sign, closing, isWhole } = resumed
  return createOpenAnswer(encode, sign, reply, { gatherer, closing, isWhole, onEnd })
}

interface Begun {
  gatherer?: Gatherer
  closing?: string
  isWhole?: boolean
  onEnd?: ((frames: string) => void) | undefined
}

export function createOpenAnswer(
  encode: AnswerEncoder,
  sign: () => string,
  reply: Reply,
  begun: Begun = {},
): OpenAnswer {
  const { gatherer = createGatherer(), closing = '', isWhole = false, onEnd } = begun
  let text = closing
  let isOver = isWhole
  let writes = 0
  const flush = (): boolean => {
    if (text === '') return true
    const ready = text
    text = ''
    writes += 1
    if (!isOver) return reply.write(ready)
    reply.end(ready)
    return true
  }
  return {
    gathered: gatherer.gathered,
    isWhole,
    event: (event) => {
      gatherer.take(event)
      const encoded = encode(event)
      text += encoded
      isOver = event.type === 'finish' || event.type === 'failure'
      if (event.type === 'finish') onEnd?.(encoded)
    },
    flush,
    writes: () => writes,
    keepAlive: () => {
      if (isOver) return
      text += sign()
      flush()
    },
  }
}
