import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { TestClock } from '../../test/e2e/inside.ts'
import { scratchFolder } from '../../test/fakes/output.ts'
import type { Report } from './assignment.ts'
import { createSupervisor } from './supervisor.ts'

const assignment = {
  token: 'planted-token-of-a-process',
  version: '0.0.0',
  library: 'file:///nowhere',
  install: 'npm install',
  source: { from: 'file', path: '/nowhere.gguf' },
  model: 'tiny',
  modelsFolder: '/nowhere',
} as const

/** A process that does what the script says, and a way to wait for a line of the log. */
function supervise(script: string) {
  const program = join(scratchFolder('program'), 'engine.mjs')
  writeFileSync(program, script)
  const clock = new TestClock()
  const lines: string[] = []
  const reports: Report[] = []
  const watchers = new Set<() => void>()
  const note = (text: string): void => {
    lines.push(text)
    for (const watcher of watchers) watcher()
  }
  const log = { info: note, warn: note, error: note }
  const supervisor = createSupervisor(assignment, (said) => reports.push(said), clock, log, pathToFileURL(program))
  const logged = async (count: number): Promise<string[]> => {
    while (lines.length < count) await new Promise<void>((resolve) => watchers.add(resolve))
    return lines
  }
  return { supervisor, clock, reports, logged }
}

const listening = `process.stdin.on('end', () => process.exit(0)).resume()
console.log('native code has something to say')
console.log(JSON.stringify({ type: 'downloaded', path: '/x.gguf' }))
console.log(JSON.stringify({ type: 'listening', port: 4711 }))`

describe('the process of an embedded model', () => {
  it('is started by the first who asks, told what it is to do on its stdin, and ended with it', async () => {
    const { supervisor, reports } = supervise(listening)
    expect(await Promise.all([supervisor.port(), supervisor.port()])).toEqual([4711, 4711])
    expect(reports).toEqual([{ type: 'downloaded', path: '/x.gguf' }])
    await supervisor.stop()
    await expect(supervisor.port()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('that keeps breaking is started again after longer and longer pauses, and refuses meanwhile', async () => {
    const { supervisor, clock, logged } = supervise('process.exit(3)')
    await expect(supervisor.port()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const [first, second] = await logged(2)
    expect(first).toContain('tiny ended (exit code 3): it is started again')
    expect(second).toContain('it is started again in 1 s')
    await expect(supervisor.port()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    clock.pass(1000)
    expect((await logged(3)).at(-1)).toContain('in 2 s')
    clock.pass(2000)
    expect((await logged(4)).at(-1)).toContain('in 4 s')
    await supervisor.stop()
  })

  it('says why native code gave up, and nothing else of what it printed', async () => {
    const { supervisor, logged } = supervise(
      `console.error('the prompt was: secret'); console.error('GGML_ASSERT(n > 0) failed'); process.exitCode = 6`,
    )
    supervisor.start()
    const [line] = await logged(1)
    expect(line).toContain('exit code 6, GGML_ASSERT(n > 0) failed')
    expect(line).not.toContain('secret')
    await supervisor.stop()
  })
})
