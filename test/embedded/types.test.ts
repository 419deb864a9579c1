/** What Trooper says of the library's types, held against the library's own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { available } from './equipment.ts'

const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const project = fileURLToPath(new URL('types', import.meta.url))

const usable = available()
if (usable === true)
  it('is as its own types have it', async () => {
    const args = [compiler, '-p', project, '--pretty', 'false']
    const complaints = await new Promise((resolve) => {
      execFile(process.execPath, args, (_error, output) => resolve(output))
    })
    expect(complaints).toBe('')
  })
else it.skip(`skipped: ${usable.skip}`)
