/** The failure catalogue of the fake provider: real bodies by name (providers.md 1). */

import { anthropicFailures } from './failures-anthropic.ts'
import { openaiFailures } from './failures-openai.ts'
import { otherFailures } from './failures-other.ts'

export interface FailureLiteral {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

export type FailureName = keyof typeof anthropicFailures | keyof typeof openaiFailures | keyof typeof otherFailures

export const failures: Readonly<Record<FailureName, FailureLiteral>> = {
  ...anthropicFailures,
  ...openaiFailures,
  ...otherFailures,
}

function isFailureName(name: string): name is FailureName {
  return Object.hasOwn(failures, name)
}

export const failureNames: readonly FailureName[] = Object.keys(failures).filter(isFailureName)
