/** How much of a server's list of tools is taken: a model is shown no more, and to read fifty thousand of them would hold everybody up. */
import type { McpFilter } from '../ir/mcp.ts'
import { passes } from './passes.ts'

/** More than any model can tell apart. */
export const mostTools = 512
/** Of their JSON: as much text as the longest windows hold. */
const mostCharacters = 1024 * 1024
/** A server may answer with as many as it likes, one after the other. */
const mostPages = 8

/** As a server answers, nobody has looked at it. */
type Result = Record<string, unknown>

export interface ListBound {
  /** Of the next page of the list, what is taken. */
  page(result: Result): Result
  /** Something was left out. */
  readonly isCut: boolean
}

/** The first so many; of a longer list, those that the client lets through (`offered`). */
export function boundList(offered: McpFilter): ListBound {
  let [tools, characters, pages] = [0, 0, 0]
  let isCut = false

  /** In its order, as far as there is room for all before. */
  const take = (listed: readonly unknown[]): unknown[] => {
    const taken: unknown[] = []
    for (const tool of listed) {
      characters += JSON.stringify(tool).length
      if (tools === mostTools || characters > mostCharacters) break
      taken.push(tool)
      tools += 1
    }
    return taken
  }

  return {
    page: (result) => {
      const { tools: listed, ...rest } = result
      if (!Array.isArray(listed)) return result
      pages += 1
      const wanted = tools + listed.length <= mostTools ? listed : listed.filter((tool) => mayBeOffered(tool, offered))
      const taken = take(wanted)
      const isOver = taken.length < wanted.length
      const isLast = isOver || pages === mostPages
      isCut ||= isOver || (isLast && rest['nextCursor'] !== undefined)
      const { nextCursor: _, ...ended } = rest
      return { ...(isLast ? ended : rest), tools: taken }
    },
    get isCut() {
      return isCut
    },
  }
}

function mayBeOffered(tool: unknown, offered: McpFilter): boolean {
  if (!isRecord(tool) || typeof tool['name'] !== 'string') return false
  const { name, annotations } = tool
  const isReadOnly = isRecord(annotations) && annotations['readOnlyHint'] === true
  return passes({ name, inputSchema: {}, annotations: { readOnlyHint: isReadOnly } }, offered)
}

function isRecord(value: unknown): value is Result {
  return typeof value === 'object' && value !== null
}
