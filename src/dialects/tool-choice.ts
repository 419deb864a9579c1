/** A choice of one tool is refused where that tool is not offered, as those that only their own provider runs are not. */
import type { ChatRequest, DialectName, ToolChoice, Warn } from '../ir/request.ts'

/** The choice as far as the target is offered what it names. */
export function reachableChoice(
  { toolChoice, tools }: Pick<ChatRequest, 'toolChoice' | 'tools'>,
  dialect: DialectName,
  warn: Warn,
): ToolChoice {
  if (toolChoice.type !== 'tool') return toolChoice
  const { name } = toolChoice
  const isOffered = tools.some((tool) =>
    tool.type === 'function' ? tool.name === name : tool.dialect === dialect && tool.value['name'] === name,
  )
  if (isOffered) return toolChoice
  warn('the tool that has to be called is not offered here; the model decides')
  return { type: 'auto' }
}
