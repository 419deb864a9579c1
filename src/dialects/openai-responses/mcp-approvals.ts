/** The client's word on calls that waited for it (SDK: McpApprovalRequest, McpApprovalResponse). */
import { stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { McpCall } from '../../ir/mcp.ts'
import type { Message } from '../../ir/request.ts'
import { toldCall } from '../../ir/unfold.ts'
import { decodeMcpItem } from './mcp-items.ts'

export interface Approvals {
  /** Allowed, and not run by anybody yet. */
  approved: McpCall[]
  /** What a model is told of a request that came to nothing. */
  tell(request: JsonObject): Message[]
}

export function readApprovals(items: readonly JsonObject[]): Approvals {
  const requests: JsonObject[] = []
  const words = new Map<JsonValue | undefined, JsonObject>()
  const ran = new Set<JsonValue | undefined>()
  for (const item of items) {
    const { type, approval_request_id } = item
    if (type === 'mcp_approval_request') requests.push(item)
    else if (type === 'mcp_approval_response') words.set(approval_request_id, item)
    else if (type === 'mcp_call') ran.add(approval_request_id)
  }
  const isAllowed = ({ id }: JsonObject): boolean => words.get(id)?.['approve'] === true
  return {
    approved: requests.flatMap((request) => {
      const part = decodeMcpItem(request)
      if (part?.type !== 'mcp-approval' || ran.has(request['id']) || !isAllowed(request)) return []
      return [{ ...part.call, approvalId: part.call.id }]
    }),
    tell: (request) => {
      const part = decodeMcpItem(request)
      if (part?.type !== 'mcp-approval' || isAllowed(request)) return []
      const reason = stringOf(words.get(request['id'])?.['reason'])
      const why = reason === undefined ? '' : ` (${reason})`
      const message = words.has(request['id'])
        ? `The user did not allow this call${why}.`
        : 'The user has not been asked yet whether this call may be made.'
      return toldCall(part.call, { type: 'failed', fault: { kind: 'protocol', code: 0, message } })
    },
  }
}
