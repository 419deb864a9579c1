/** Which model a target is asked for when a client names one. */
import type { Target } from './target.ts'

/** From a client's name, or a pattern with `*`, to the target's; the first that fits counts. */
export type ModelMap = readonly (readonly [pattern: string, model: string])[]

export function modelAt({ model, models = [] }: Pick<Target, 'model' | 'models'>, asked: string): string {
  if (model !== undefined) return model
  return models.find(([pattern]) => fits(pattern, asked))?.[1] ?? asked
}

/** True when a target may be asked for another model than the client names. */
export function renamesModels({ model, models = [] }: Pick<Target, 'model' | 'models'>): boolean {
  return model !== undefined || models.length > 0
}

function fits(pattern: string, name: string): boolean {
  const [head = '', ...pieces] = pattern.split('*')
  if (pieces.length === 0) return pattern === name
  const tail = pieces.pop() ?? ''
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false
  let at = head.length
  for (const piece of pieces) {
    const found = name.indexOf(piece, at)
    if (found === -1 || found + piece.length > name.length - tail.length) return false
    at = found + piece.length
  }
  return true
}
