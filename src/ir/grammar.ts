/** Keeps the event grammar (events.ts) whatever a target's frames say, so that every encoder may rely on it. */
import { interrupted } from './answer.ts'
import type { Emit, StreamEvent } from './events.ts'
import { inWholeCharacters } from './whole-characters.ts'

type BlockKind = 'text' | 'reasoning' | 'tool-call'

/**
 * Passes on what fits, and mends what does not: a missing start is made up, a block's first delta opens it if nothing else did,
 * blocks left open are closed before the finish. What cannot belong anywhere is dropped: a second start, a delta of a closed
 * block or of a call without a name, a delta that says nothing, half of a character, everything after the end. Costs one map look-up a delta.
 */
export function keepGrammar(emit: Emit): Emit {
  const blocks = new Map<number, BlockKind | 'over'>()
  let state: 'before' | 'within' | 'over' = 'before'

  const begin = (): void => {
    if (state === 'before') emit({ type: 'start', id: '', model: '' })
    state = 'within'
  }
  const runs = keepRuns(emit, blocks, begin)

  /** True when the block is open now, whoever opened it. */
  const enter = (index: number, kind: BlockKind): boolean => {
    const known = blocks.get(index)
    if (known !== undefined) return known === kind
    if (kind === 'tool-call') return false
    begin()
    blocks.set(index, kind)
    emit({ type: `${kind}-start`, index })
    return true
  }

  const close = (index: number, kind: BlockKind): boolean => {
    const isOpen = blocks.get(index) === kind
    if (isOpen) blocks.set(index, 'over')
    return isOpen
  }

  const end = (event: Extract<StreamEvent, { type: 'finish' | 'failure' }>): void => {
    if (event.type === 'finish') {
      begin()
      for (const [index, kind] of blocks) if (kind !== 'over') emit({ type: `${kind}-end`, index })
      runs.end()
    }
    state = 'over'
    emit(event)
  }

  return inWholeCharacters((event) => {
    if (state === 'over') return
    switch (event.type) {
      case 'start':
        if (state === 'before') emit(event)
        state = 'within'
        return
      case 'text-start':
        return void enter(event.index, 'text')
      case 'reasoning-start':
        return void enter(event.index, 'reasoning')
      case 'tool-call-start':
        if (blocks.has(event.index)) return
        begin()
        blocks.set(event.index, 'tool-call')
        return emit(event)
      case 'text-delta':
        return event.text !== '' && enter(event.index, 'text') ? emit(event) : undefined
      case 'reasoning-delta':
        return event.text !== '' && enter(event.index, 'reasoning') ? emit(event) : undefined
      case 'tool-call-delta':
        return event.json !== '' && enter(event.index, 'tool-call') ? emit(event) : undefined
      case 'text-end':
        return close(event.index, 'text') ? emit(event) : undefined
      case 'reasoning-end':
        return close(event.index, 'reasoning') ? emit(event) : undefined
      case 'tool-call-end':
        return close(event.index, 'tool-call') ? emit(event) : undefined
      case 'mcp-call-start':
      case 'mcp-call-end':
        return runs.take(event)
      case 'mcp-list':
      case 'mcp-approval':
      case 'opaque':
        begin()
        return emit(event)
      case 'finish':
      case 'failure':
        return end(event)
    }
  })
}

type RunEvent = Extract<StreamEvent, { type: `mcp-call-${string}` }>

/** Calls that a server runs within the answer: each has one result, a made-up one where the answer ends without. */
function keepRuns(
  emit: Emit,
  blocks: Map<number, BlockKind | 'over'>,
  begin: () => void,
): { take: (event: RunEvent) => void; end: () => void } {
  const running = new Set<number>()
  return {
    take: (event) => {
      const { type, index } = event
      if (type === 'mcp-call-start' ? blocks.has(index) : !running.delete(index)) return
      begin()
      blocks.set(index, 'over')
      if (type === 'mcp-call-start') running.add(index)
      emit(event)
    },
    end: () => {
      for (const index of running) emit({ type: 'mcp-call-end', index, result: interrupted })
    },
  }
}
