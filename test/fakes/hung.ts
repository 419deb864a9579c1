/** What the processes of a test are doing that ran out of time: for whoever has to find out which of them hung, and where. */

import { readdirSync, readFileSync } from 'node:fs'

export interface Shown {
  name: string
  pid: number | undefined
  command: string
  /** It has ended; somebody else, whom it started, has its output open still. */
  hasEnded: boolean
  stdout: string
  stderr: string
}

/** As much as tells where it is. */
const lastLines = 15

export function describeHung({ name, pid, command, hasEnded, stdout, stderr }: Shown): string {
  const threads = pid === undefined ? [] : threadsOf(pid)
  const state = hasEnded ? 'has ended, and its output is open still' : 'still runs'
  const facts = [`${name} ${state}: ${command}`, ...threads, ...tailOf('stdout', stdout), ...tailOf('stderr', stderr)]
  return facts.join('\n  ')
}

function tailOf(stream: string, text: string): string[] {
  const lines = text.trimEnd().split('\n')
  const tail = lines.slice(-lastLines).map((line) => `  ${line}`)
  return [`${stream}, the end of ${lines.length} lines:`, ...tail]
}

/** Each with its state and what it waits for in the kernel, where that can be seen. */
function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`
  try {
    const threads = readdirSync(folder).map((id) => {
      const of = (file: string): string => readFileSync(`${folder}/${id}/${file}`, 'utf8').trim()
      const state = /^State:\t(.+)$/m.exec(of('status'))?.[1]
      return `${of('comm')} ${state} ${of('wchan')}`
    })
    return ['threads:', ...threads.map((thread) => `  ${thread}`)]
  } catch {
    return []
  }
}
