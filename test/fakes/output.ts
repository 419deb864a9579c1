/** The one folder where everything that any process of a test run prints is kept, so that it can be searched for secrets. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined
let scratch: string | undefined

/** `TROOPER_TEST_OUTPUT` gives all test workers the same folder; without it each has its own. */
export function outputFolder(): string {
  if (folder !== undefined) return folder
  const wanted = process.env['TROOPER_TEST_OUTPUT']
  if (wanted === undefined || wanted === '') {
    folder = mkdtempSync(join(tmpdir(), 'trooper-test-'))
  } else {
    mkdirSync(wanted, { recursive: true })
    folder = wanted
  }
  return folder
}

/** A new folder that is gone after the run, for what is no output: homes, bundles. `TROOPER_TEST_SCRATCH`: where. */
export function scratchFolder(name: string): string {
  scratch ??= process.env['TROOPER_TEST_SCRATCH'] ?? makeScratch()
  return mkdtempSync(join(scratch, `${name}-`))
}

function makeScratch(): string {
  const made = mkdtempSync(join(tmpdir(), 'trooper-scratch-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}

/** The names of the output files in which `secret` occurs. */
export async function filesContaining(secret: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir(outputFolder())) {
    if (!name.endsWith('.log')) continue
    const text = await readFile(join(outputFolder(), name), 'utf8')
    if (text.includes(secret)) found.push(name)
  }
  return found
}
