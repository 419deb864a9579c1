/** Chat Completions takes tool descriptions of at most 1024 characters (providers.md 4.6); agents write whole manuals there. */
import type { ChatRequest, Message, TextPart, Tool } from '../../ir/request.ts'

const longest = 1024
const pointer = '… (the rest stands in the system message)'

/** The same request when every description fits. What does not is told at the end of the system message: the model misses nothing. */
export function fitToolDescriptions(request: ChatRequest): ChatRequest {
  const long = request.tools.filter(isLong)
  if (long.length === 0) return request
  const manual: TextPart = { type: 'text', text: long.map(describe).join('\n\n') }
  return { ...request, tools: request.tools.map(shorten), messages: withSystem(request.messages, manual) }
}

function isLong(tool: Tool): boolean {
  return descriptionOf(tool).length > longest
}

/** As it is sent: a freeform tool has a description of its own. */
function descriptionOf(tool: Tool): string {
  if (tool.type !== 'function') return ''
  return (tool.freeform ? tool.freeform.description : tool.description) ?? ''
}

function describe(tool: Tool): string {
  return `# The tool ${tool.type === 'function' ? tool.name : ''}\n${descriptionOf(tool)}`
}

function shorten(tool: Tool): Tool {
  if (tool.type !== 'function' || !isLong(tool)) return tool
  const description = descriptionOf(tool).slice(0, longest - pointer.length) + pointer
  return tool.freeform ? { ...tool, freeform: { ...tool.freeform, description } } : { ...tool, description }
}

function withSystem(messages: Message[], part: TextPart): Message[] {
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: [part] }, ...messages]
  return [{ role: 'system', content: [...first.content, part] }, ...rest]
}
