/**
 * Tools of OpenAI's own kinds (`custom`, `local_shell`, `tool_search`, those in a `namespace`), for everybody else: compatible providers and local
 * servers know only functions (providers.md 4.5, local-engines.md 1.8). A tool's schema and its flat name say all of it; a call of it
 * finds its way back by that name.
 */
import type {
  AssistantPart,
  ChatRequest,
  DialectName,
  FunctionTool,
  Message,
  Tool,
  ToolResultPart,
} from '../../ir/request.ts'

interface Place {
  kind: 'cloud' | 'local'
  dialect: DialectName
}

export function withKnownTools(request: ChatRequest, { kind, dialect }: Place): ChatRequest {
  if (kind === 'cloud' && dialect === 'openai-responses') return request
  return { ...request, tools: request.tools.map(asFunction), messages: request.messages.map(withPlainCalls) }
}

function asFunction(tool: Tool): Tool {
  if (tool.type !== 'function' || !(tool.freeform || tool.namespace || tool.builtIn)) return tool
  const { freeform: _, namespace: __, builtIn: ___, ...plain } = tool
  return plain satisfies FunctionTool
}

function withPlainCalls(message: Message): Message {
  if (message.role === 'assistant') return { role: 'assistant', content: message.content.map(asPlainCall) }
  if (message.role !== 'tool') return message
  return { role: 'tool', content: message.content.map(asPlainResult) }
}

function asPlainResult(result: ToolResultPart): ToolResultPart {
  if (!result.freeform && !result.item) return result
  const { freeform: _, item: __, ...plain } = result
  return plain
}

function asPlainCall(part: AssistantPart): AssistantPart {
  if (part.type !== 'tool-call' || !(part.freeform || part.namespace || part.item)) return part
  const { freeform: _, namespace: __, item: ___, ...plain } = part
  return plain
}
