/** What Trooper and the process of an embedded model say to each other besides HTTP. */
import { numberOf, objectOf, parseJson, stringOf } from '../ir/json.ts'
import type { ModelSource } from './source.ts'

/** To the process, in one line on its stdin: arguments and environment are for everyone to read. */
export interface Assignment {
  /** Every request must carry it. */
  token: string
  version: string
  /** URL of the library's entry. */
  library: string
  /** The command that installs it with the right binary. */
  install: string
  source: ModelSource
  /** What it is called. */
  model: string
  /** Where downloaded models are kept. */
  modelsFolder: string
}

/** From the process, a line each on its stdout. */
export type Report =
  | { type: 'listening'; port: number }
  | { type: 'downloading'; doneBytes: number; totalBytes: number }
  | { type: 'downloaded'; path: string }
  | { type: 'failed'; problem: string }

/** What is no report is native code talking to itself. */
export function readReport(line: string): Report | undefined {
  const said = objectOf(parseJson(line))
  const numbers = {
    port: numberOf(said['port']),
    done: numberOf(said['doneBytes']),
    total: numberOf(said['totalBytes']),
  }
  const text = stringOf(said['path']) ?? stringOf(said['problem']) ?? ''
  switch (said['type']) {
    case 'listening':
      return numbers.port === undefined ? undefined : { type: 'listening', port: numbers.port }
    case 'downloading':
      return { type: 'downloading', doneBytes: numbers.done ?? 0, totalBytes: numbers.total ?? 0 }
    case 'downloaded':
      return { type: 'downloaded', path: text }
    case 'failed':
      return { type: 'failed', problem: text }
    default:
      return undefined
  }
}
