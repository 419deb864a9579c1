/** MCP items in a Responses stream: added, under way, done (SDK: ResponseMcpCallInProgressEvent and its like). */
import type { McpResult } from '../../ir/answer.ts'
import type { McpEvent } from '../../ir/events.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { McpCall, McpList } from '../../ir/mcp.ts'
import { approvalItem, isGood, listItem, mcpCallItem } from './mcp-items.ts'
import { tellDone, type Write } from './writer.ts'

export interface Running {
  id: string
  at: number
  call: McpCall
}

/** The items of an answer, as far as these need them. */
interface Items {
  items: number
  output: string[]
  /** Calls under way, by the index of their block. */
  running: Map<number, Running>
}

/** `idAt`: of an item with this beginning, at its place. */
export function createMcpWriter(
  write: Write,
  place: Items,
  idAt: (prefix: string, at: number) => string,
): (event: McpEvent) => string {
  const added = (output_index: number, item: JsonObject): string =>
    write('response.output_item.added', { output_index, item })
  const done = (at: number, item: JsonObject): string => tellDone(write, place.output, at, JSON.stringify(item))

  /** It is told when it is there: nothing of an answer waits for it. */
  const tellList = (list: McpList): string => {
    const at = place.items++
    const id = idAt('mcpl', at)
    const where = { item_id: id, output_index: at }
    const end = list.error === undefined ? 'completed' : 'failed'
    return (
      added(at, listItem(id, { server: list.server, tools: [] })) +
      write('response.mcp_list_tools.in_progress', where) +
      write(`response.mcp_list_tools.${end}`, where) +
      done(at, listItem(id, list))
    )
  }

  const start = (index: number, call: McpCall): string => {
    const at = place.items++
    const id = idAt('mcp', at)
    place.running.set(index, { id, at, call })
    const where = { item_id: id, output_index: at }
    return (
      added(at, mcpCallItem(id, call, '')) +
      write('response.mcp_call.in_progress', where) +
      write('response.mcp_call_arguments.delta', { ...where, delta: call.input }) +
      write('response.mcp_call_arguments.done', { ...where, arguments: call.input })
    )
  }

  const end = (index: number, result: McpResult): string => {
    const running = place.running.get(index)
    if (!running) return ''
    place.running.delete(index)
    const { id, at, call } = running
    return (
      write(`response.mcp_call.${isGood(result) ? 'completed' : 'failed'}`, { item_id: id, output_index: at }) +
      done(at, mcpCallItem(id, call, call.input, result))
    )
  }

  const ask = (call: McpCall): string => {
    const at = place.items++
    const item = approvalItem(idAt('mcpr', at), call)
    return added(at, item) + done(at, item)
  }

  return (event) => {
    switch (event.type) {
      case 'mcp-list':
        return tellList(event.list)
      case 'mcp-call-start':
        return start(event.index, event.call)
      case 'mcp-call-end':
        return end(event.index, event.result)
      case 'mcp-approval':
        return ask(event.call)
    }
  }
}
