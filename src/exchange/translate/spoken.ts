/** What local models do wrong with their tool calls: they say them in their text, or write them so that their own engine cannot read them. */
import type { Failure } from '../../ir/failure.ts'
import type { ChatRequest, FunctionTool } from '../../ir/request.ts'
import type { Target } from '../../routing/target.ts'
import { createSpokenCalls } from '../../spoken/spoken-calls.ts'
import type { Services } from '../outcome.ts'
import { SinkBefore, type AnswerSink } from './sink.ts'

type Heard = Pick<Services, 'counts' | 'log' | 'clock'>

/** Calls that come as text are made, under the names that the model was shown. `isBegun`: the answer goes on with another one's. */
export function hearing(
  services: Heard,
  { name, kind }: Target,
  asked: ChatRequest,
  isBegun: boolean,
  sink: AnswerSink,
): AnswerSink {
  const tools = kind === 'local' ? offeredTools(asked) : []
  if (tools.length === 0) return sink
  const now = services.clock.now().toString(36)
  const event = createSpokenCalls((heard) => sink.event(heard), {
    tools,
    wantsJson: asked.output.type === 'json',
    isBegun,
    idOf: (index) => `call_${now}t${index}`,
    onMade: (count) => tellMade(services, name, count),
  })
  return new SinkBefore(sink, event)
}

function offeredTools({ tools, toolChoice }: ChatRequest): FunctionTool[] {
  if (toolChoice.type === 'none') return []
  const functions = tools.filter((tool) => tool.type === 'function')
  return toolChoice.type === 'tool' ? functions.filter(({ name }) => name === toolChoice.name) : functions
}

function tellMade({ counts, log }: Heard, target: string, count: number): void {
  counts.add('spoken-call', target, count)
  const calls = count === 1 ? '1 tool call' : `${count} tool calls`
  log.info(`🔧 ${target}: ${calls} came as text and ${count === 1 ? 'was' : 'were'} made`, {
    target,
    spokenCalls: count,
  })
}

/** An engine could not read a call of its model (local-engines.md 1.3). It is asked once more: the model writes anew, and in one piece. */
export function isUnreadCall(failure: Failure, { kind }: Target): boolean {
  return kind === 'local' && failure.kind === 'malformed-answer' && failure.isUnreadCall === true
}

export function tellUnread({ counts, log }: Heard, { name }: Target): void {
  counts.add('unread-call', name, 1)
  log.warn(`⚠️ ${name}: its engine could not read a tool call of the model; it is asked once more, without streaming`, {
    target: name,
  })
}
