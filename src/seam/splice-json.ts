/** JSON that was cut in an answer or in the arguments of a call: it is finished only where the second model agrees, and as a whole. */
import { checkOutput } from '../context/check-output.ts'
import type { Emit, Finish } from '../ir/events.ts'
import { parseExact } from '../ir/exact-json.ts'
import { createGatherer, type Gathered } from '../ir/gathered.ts'
import type { ChatRequest, Output } from '../ir/request.ts'
import { closeBlocks } from './blocks.ts'
import { completeJson } from './complete-json.ts'
import type { Missing } from './plan.ts'

type CutJson = Extract<Missing, { type: 'json' }>
type CutArguments = Extract<Missing, { type: 'arguments' }>

export function spliceJson(
  gathered: Gathered,
  { cut, open }: CutJson,
  output: Output,
  emit: Emit,
  fail: () => void,
): Emit {
  return atTheEnd(emit, (second, finish) => {
    const said = second.blocks.flatMap(({ part }) => (part.type === 'text' ? [part.text] : [])).join('')
    const checked = checkOutput(output, said)
    const rest = checked.ok ? restOf(cut, checked.text, output) : undefined
    if (rest === undefined) return fail()
    closeBlocks(gathered, emit, open)
    const index = open ?? gathered.free
    if (open === undefined && rest !== '') emit({ type: 'text-start', index })
    if (rest !== '') emit({ type: 'text-delta', index, text: rest })
    if (open !== undefined || rest !== '') emit({ type: 'text-end', index })
    emit({ ...finish, reason: 'stop' })
  })
}

export function spliceArguments(
  { tools }: ChatRequest,
  gathered: Gathered,
  { index, call }: CutArguments,
  emit: Emit,
  fail: () => void,
): Emit {
  const tool = tools.find((known) => known.type === 'function' && known.name === call.name)
  const output: Output = { type: 'json', ...(tool?.type === 'function' && { schema: tool.inputSchema }) }
  return atTheEnd(emit, (second, finish) => {
    const again = second.blocks.flatMap(({ part }) =>
      part.type === 'tool-call' && part.name === call.name ? [part.input] : [],
    )
    const [rest] = again.map((input) => restOf(call.input, input, output)).filter((found) => found !== undefined)
    if (rest === undefined) return fail()
    closeBlocks(gathered, emit, index)
    if (rest !== '') emit({ type: 'tool-call-delta', index, json: rest })
    emit({ type: 'tool-call-end', index })
    emit({ ...finish, reason: 'tool-calls' })
  })
}

/** What `whole` adds to `cut`, if both together are what was asked for. */
function restOf(cut: string, whole: string, output: Output): string | undefined {
  const model = parseExact(whole === '' ? '{}' : whole)
  const rest = model === undefined ? undefined : completeJson(cut, model)
  return rest !== undefined && checkOutput(output, cut + rest).ok ? rest : undefined
}

/** Nothing of it may be shown before it is whole. */
function atTheEnd(emit: Emit, end: (second: Gathered, finish: Finish) => void): Emit {
  const second = createGatherer()
  return (event) => {
    if (event.type === 'failure') emit(event)
    else if (event.type === 'finish') end(second.gathered, event)
    else second.take(event)
  }
}
