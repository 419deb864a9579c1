/** The processes of embedded models that a Trooper has started. */
import { execFileSync } from 'node:child_process'
import type { TestProcess } from '../fakes/process.ts'

/** Their ids; none when there is none. */
export function enginesOf({ pid }: TestProcess): number[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return list.split('\n').flatMap((line) => {
    const [, own, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(parent) === pid && command.includes('embedded.js') ? [Number(own)] : []
  })
}

/** The only one. Throws when there is none: 0 in its place would be the process group of the tests themselves. */
export function engineOf(trooper: TestProcess): number {
  const [engine] = enginesOf(trooper)
  if (engine === undefined) throw new Error('No process has the model.')
  return engine
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
