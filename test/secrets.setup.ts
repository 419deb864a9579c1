/** Around the whole suite: its folders, which are gone after it. Nothing that a process of Trooper printed there may contain a planted secret. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planted } from './secrets.ts'

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'trooper-output-'))
  const scratch = mkdtempSync(join(tmpdir(), 'trooper-scratch-'))
  process.env['TROOPER_TEST_OUTPUT'] = folder
  process.env['TROOPER_TEST_SCRATCH'] = scratch
  return () => {
    const leaks = findLeaks(folder)
    for (const made of [folder, scratch]) rmSync(made, { recursive: true, force: true })
    if (leaks.length > 0) throw new Error(`Secrets were printed: ${leaks.join('; ')}`)
  }
}

function findLeaks(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('trooper-') && file.endsWith('.log'))
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return Object.entries(planted)
      .filter(([, secret]) => text.includes(secret))
      .map(([name]) => `${name} in ${file}`)
  })
}
