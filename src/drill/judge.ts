/** Judges what an app saw: whom it has its answer from, and whether that is as it has to be. */
import { parseJson } from '../ir/json.ts'
import type { Seen } from './app.ts'
import type { Refusal } from './refusals.ts'
import type { Outcome } from './scenario.ts'
import { noteTool, providerText, standInBeginning } from './script.ts'

/** `localWasAsked`: Trooper went on to the local model, whatever became of it. */
export function outcomeOf({ status, fallback, end }: Seen, localWasAsked: boolean): Outcome {
  if (status >= 400) return 'refused'
  if (end === 'error') return 'told'
  if (end === 'cut') return 'cut'
  if (fallback !== undefined) return 'local'
  return localWasAsked ? 'both' : 'provider'
}

interface Circumstances {
  isStandIn: boolean
  /** What the provider refused with. */
  refusal: Refusal | undefined
}

/** Whether the app saw what it had to: not only from whom, but all of it. */
export function isRight(seen: Seen, outcome: Outcome, wanted: Outcome, { isStandIn, refusal }: Circumstances): boolean {
  // A real model may go on in words that do not fit: then the app is told, as it has to be (DESIGN 6).
  if (wanted === 'both' && outcome === 'told') return !isStandIn
  if (outcome !== wanted) return false
  switch (outcome) {
    case 'provider':
      return seen.text === providerText
    case 'both':
      return !isStandIn || seen.text.startsWith(providerText) || callsAreWhole(seen)
    case 'local':
      if (isStandIn) return seen.text.startsWith(standInBeginning) || callsAreWhole(seen)
      return seen.text !== '' || seen.calls.length > 0
    case 'refused':
      return seen.status === refusal?.status && seen.body === refusal.body
    case 'told':
    case 'cut':
      return false
  }
}

function callsAreWhole({ calls }: Seen): boolean {
  const [call, ...more] = calls
  return (
    call?.name === noteTool.name &&
    more.length === 0 &&
    JSON.stringify(parseJson(call.input)) === JSON.stringify(noteTool.input)
  )
}
