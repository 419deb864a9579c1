/** Tool names that the target takes, and that the client's provider takes when they come back: OpenAI allows 64 of `[a-zA-Z0-9_-]`, Anthropic 128 (providers.md 4.6); MCP tools are often longer. */
import type { ChatRequest, DialectName, Message } from '../../ir/request.ts'
import { fitName } from '../../wire/fit-name.ts'

const longest: { readonly [D in DialectName]: number } = {
  anthropic: 128,
  'openai-chat': 64,
  'openai-responses': 64,
  ollama: Number.POSITIVE_INFINITY,
}

export interface NamedTools {
  request: ChatRequest
  /** The client's name of the tool that the target called. */
  restore: (name: string) => string
}

/** The same request when every name fits, which is the usual case. `client`: the dialect in which the answer leaves. */
export function fitToolNames(request: ChatRequest, dialect: DialectName, client = dialect): NamedTools {
  const max = longest[dialect]
  const originals = new Map<string, string>()
  const known = nameForClient(request, client)
  if (max === Number.POSITIVE_INFINITY || namesIn(request).every((name) => fits(name, max)))
    return { request, restore: known }
  const rename = (name: string): string => {
    const fitted = fitName(name, max)
    originals.set(fitted, name)
    return fitted
  }
  const { toolChoice } = request
  const renamed: ChatRequest = {
    ...request,
    tools: request.tools.map((tool) => (tool.type === 'function' ? { ...tool, name: rename(tool.name) } : tool)),
    toolChoice: toolChoice.type === 'tool' ? { type: 'tool', name: rename(toolChoice.name) } : toolChoice,
    messages: request.messages.map((message) => renameIn(message, rename)),
  }
  return { request: renamed, restore: (name) => originals.get(name) ?? known(name) }
}

/**
 * Local models call tools that nobody offered. A client does not have them whatever they are called, but its provider would refuse a name
 * such as `functions.read` in the history from then on.
 */
function nameForClient({ tools }: ChatRequest, client: DialectName): (name: string) => string {
  const max = longest[client]
  const isOffered = (name: string): boolean => tools.some((tool) => tool.type === 'function' && tool.name === name)
  return (name) => (max === Number.POSITIVE_INFINITY || isOffered(name) ? name : fitName(name, max))
}

function fits(name: string, max: number): boolean {
  return fitName(name, max) === name
}

function namesIn({ tools, messages }: ChatRequest): string[] {
  const offered = tools.flatMap((tool) => (tool.type === 'function' ? [tool.name] : []))
  const called = messages.flatMap((message) =>
    message.role === 'assistant'
      ? message.content.flatMap((part) => (part.type === 'tool-call' ? [part.name] : []))
      : [],
  )
  return [...offered, ...called]
}

function renameIn(message: Message, rename: (name: string) => string): Message {
  if (message.role !== 'assistant') return message
  const content = message.content.map((part) =>
    part.type === 'tool-call' ? { ...part, name: rename(part.name) } : part,
  )
  return { role: 'assistant', content }
}
