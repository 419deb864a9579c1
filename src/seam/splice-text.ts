/** Text that goes on, and whatever the second model adds to it: more texts, tool calls. */
import type { Emit, StreamEvent } from '../ir/events.ts'
import type { Gathered } from '../ir/gathered.ts'
import { closeBlocks } from './blocks.ts'
import type { Join } from './overlap.ts'

/** `open` is the block that the first text of the second half continues; a new one otherwise. `fail` when it starts over. */
export function spliceText(
  gathered: Gathered,
  join: Join,
  open: number | undefined,
  emit: Emit,
  fail: () => void,
): Emit {
  /** Block of the second half -> block of the client's answer. */
  const places = new Map<number, number>()
  let free = gathered.free
  let state: 'fresh' | 'before' | 'joining' | 'behind' = 'fresh'
  /** Where the joined text is written. */
  let joined = open
  let joiningIndex: number | undefined

  const begin = (): void => {
    closeBlocks(gathered, emit, open)
    state = join.isAfresh ? 'behind' : 'before'
  }

  const say = (text: string): void => {
    if (join.isOtherStart()) return fail()
    if (text === '') return
    if (joined === undefined) {
      joined = free++
      emit({ type: 'text-start', index: joined })
    }
    emit({ type: 'text-delta', index: joined, text })
  }

  const endJoining = (): void => {
    if (state === 'joining') say(join.end())
    if (state !== 'behind' && joined !== undefined) emit({ type: 'text-end', index: joined })
    state = 'behind'
  }

  const takeJoining = (event: StreamEvent): void => {
    if (event.type === 'text-start') {
      state = 'joining'
      joiningIndex = event.index
    } else if (event.type === 'text-delta' && event.index === joiningIndex) say(join.next(event.text))
    else if (event.type === 'text-end' && event.index === joiningIndex) endJoining()
    else if (!isThought(event)) {
      endJoining()
      takeNew(event)
    }
  }

  /** Thoughts of the second model come too late where its answer has begun already. */
  const takeNew = (event: StreamEvent): void => {
    if (isThought(event) && !join.isAfresh) return
    if ('index' in event) return emit({ ...event, index: placeOf(event.index) })
    emit(event)
  }

  const placeOf = (index: number): number => {
    const place = places.get(index) ?? free++
    places.set(index, place)
    return place
  }

  return (event) => {
    if (event.type === 'start') return
    if (event.type === 'failure') return emit(event)
    if (state === 'fresh') begin()
    if (state === 'behind') takeNew(event)
    else takeJoining(event)
  }
}

function isThought({ type }: StreamEvent): boolean {
  return type === 'reasoning-start' || type === 'reasoning-delta' || type === 'reasoning-end'
}
