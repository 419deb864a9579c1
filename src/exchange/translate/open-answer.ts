/** An answer of which the client has the beginning: whoever goes on with it writes to the same stream. */
import type { Clock } from '../../clock.ts'
import type { AnswerEncoder, ClientDialectName } from '../../dialects/dialect.ts'
import { resumes } from '../../dialects/resume.ts'
import type { Emit, Finish } from '../../ir/events.ts'
import { createGatherer, type Gathered, type Gatherer } from '../../ir/gathered.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Frame } from '../../wire/sse.ts'
import type { Reply } from '../reply/reply.ts'
import { longestSilenceMs } from '../reply/signs-of-life.ts'

export interface OpenAnswer {
  /** What the client has of it. */
  readonly gathered: Gathered
  /** Only its last frame was missing: `flush` ends it. */
  readonly isWhole: boolean
  event: Emit
  /**
   * Called whenever whoever answers has said something: writes what of it is the client's; false when that reads too slowly. Where nothing
   * has been for too long (a call that is held until it is whole, thoughts that come too late), it sees a sign of life.
   */
  flush(): boolean
  /** Shows its client that it is still being worked on. */
  keepAlive(): void
  /** Since when the client has seen nothing of it. */
  silentSinceMs(): number
}

/** Takes up a relayed stream behind these frames; `undefined` where that cannot be. `onEnd` is told the frames that end it. */
export function takeUp(
  dialect: ClientDialectName,
  seen: readonly Frame[],
  request: ChatRequest,
  reply: Reply,
  clock: Clock,
  onEnd?: (frames: string) => void,
): OpenAnswer | undefined {
  const resumed = resumes[dialect](seen, request, clock.now())
  if (!resumed) return undefined
  const gatherer = createGatherer()
  for (const event of resumed.events) gatherer.take(event)
  const { encode, sign, closing, isWhole } = resumed
  return createOpenAnswer(encode, sign, reply, clock, { gatherer, closing, isWhole, onEnd })
}

interface Begun {
  gatherer?: Gatherer
  closing?: string
  isWhole?: boolean
  onEnd?: ((frames: string, finish: Finish) => void) | undefined
}

export function createOpenAnswer(
  encode: AnswerEncoder,
  sign: () => string,
  reply: Reply,
  clock: Clock,
  begun: Begun = {},
): OpenAnswer {
  const { gatherer = createGatherer(), closing = '', isWhole = false, onEnd } = begun
  let text = closing
  let isOver = isWhole
  let silentSinceMs = clock.now()
  const flush = (): boolean => {
    const nowMs = clock.now()
    if (text === '' && !isOver && nowMs - silentSinceMs >= longestSilenceMs) text = sign()
    if (text === '') return true
    const ready = text
    text = ''
    silentSinceMs = nowMs
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
      if (event.type === 'finish') onEnd?.(encoded, event)
    },
    flush,
    silentSinceMs: () => silentSinceMs,
    keepAlive: () => {
      if (isOver) return
      text += sign()
      flush()
    },
  }
}
