/** What is missing of an answer that broke off, and so what the next target is asked for (DESIGN 6). */
import type { Gathered, GatheredBlock } from '../ir/gathered.ts'
import { isObject, parseJson } from '../ir/json.ts'
import type { Output, ToolCallPart } from '../ir/request.ts'

export type Missing =
  /** Nothing that counts was said: the question is asked as it is. */
  | { type: 'everything' }
  /** The text goes on, in the block that is still open if there is one. */
  | { type: 'text'; said: string; open: number | undefined }
  /** The same, where the text is the JSON that the client asked for. */
  | { type: 'json'; cut: string; open: number | undefined }
  /** A tool call was cut within its arguments; the client has their beginning. */
  | { type: 'arguments'; index: number; call: ToolCallPart }
  /** Its calls are whole: the client can run them, and asks again by itself. */
  | { type: 'end' }
  /** Several calls are cut at once, which nobody can be asked to finish. */
  | { type: 'too-much' }

export function findMissing(gathered: Gathered, output: Output): Missing {
  const blocks = sinceServers(gathered)
  const calls = blocks.filter(isCall)
  const [cut, ...more] = calls.filter((block) => !isWholeCall(block))
  if (more.length > 0) return { type: 'too-much' }
  if (cut) return { type: 'arguments', index: cut.index, call: cut.part }
  if (calls.length > 0) return { type: 'end' }
  const texts = blocks.flatMap(({ part }) => (part.type === 'text' ? [part.text] : []))
  const said = texts.join('\n\n')
  if (said.trim() === '') return { type: 'everything' }
  const last = blocks.findLast(({ part }) => part.type === 'text')
  const open = last?.isClosed === false ? last.index : undefined
  // Only the last text can still grow; blocks before it are told in the conversation.
  return output.type === 'json' ? { type: 'json', cut: said, open } : { type: 'text', said, open }
}

/** What was said before a server ran a call is told with its result: nobody goes on with it. */
function sinceServers({ content, blocks }: Gathered): readonly GatheredBlock[] {
  const last = content.findLastIndex(({ type }) => type === 'mcp-call')
  if (last === -1) return blocks
  const since = new Set(content.slice(last + 1))
  return blocks.filter(({ part }) => since.has(part))
}

type CallBlock = GatheredBlock & { part: ToolCallPart }

function isCall(block: GatheredBlock): block is CallBlock {
  return block.part.type === 'tool-call'
}

/** JSON says itself where it ends; some wires say no end of a call until the answer's own. */
function isWholeCall({ part, isClosed }: CallBlock): boolean {
  return (isClosed && part.input === '') || isObject(parseJson(part.input))
}
