/**
 * The event grammar of `src/ir/events.ts`, checked: `start (block | opaque | mcp-list | mcp-approval)* (finish | failure)`, a block is
 * `X-start X-delta* X-end` with an index of its own, blocks may interleave.
 *
 * A failure may strike anywhere: before the start, and while blocks are open.
 */
import type { StreamEvent } from '../../src/ir/events.ts'

/** What is wrong with a sequence of events, one sentence a fault; empty: nothing. */
export function grammarFaults(events: readonly StreamEvent[]): string[] {
  const faults: string[] = []
  /** Block index -> its kind, or `closed`. */
  const blocks = new Map<number, string>()
  let started = false
  let ended = false

  const fault = (event: StreamEvent, at: number, what: string): void => {
    faults.push(`event ${at} (${event.type}) ${what}`)
  }

  events.forEach((event, at) => {
    if (ended) fault(event, at, 'comes after the end')
    if (event.type === 'failure') {
      ended = true
      return
    }
    if (event.type === 'start') {
      if (started) fault(event, at, 'is a second start')
      else if (at !== 0) fault(event, at, 'is not first')
      started = true
      return
    }
    if (!started) fault(event, at, 'comes before the start')
    if (event.type === 'opaque' || event.type === 'mcp-list' || event.type === 'mcp-approval') return
    if (event.type === 'finish') {
      ended = true
      const open = [...blocks].filter(([, kind]) => kind !== 'closed').map(([index]) => index)
      if (open.length > 0) fault(event, at, `leaves blocks open: ${open.join(', ')}`)
      return
    }
    const [kind = '', action = ''] = splitType(event.type)
    const state = blocks.get(event.index)
    if (action === 'start') {
      if (state !== undefined) fault(event, at, `uses index ${event.index} again`)
      blocks.set(event.index, kind)
    } else if (state !== kind) fault(event, at, `has no open ${kind} block at index ${event.index}`)
    if (action === 'end') blocks.set(event.index, 'closed')
  })
  if (!ended) faults.push('there is neither a finish nor a failure')
  return faults
}

function splitType(type: string): string[] {
  const at = type.lastIndexOf('-')
  return [type.slice(0, at), type.slice(at + 1)]
}
