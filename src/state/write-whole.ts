/** Writes a file so that a reader never sees half of it, also after a crash. */
import { renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'

/** Readable by its owner only. */
const options = { mode: 0o600 }
let writes = 0

/** Renamed when it is whole. */
export async function writeWhole(path: string, whole: string | Buffer): Promise<void> {
  const half = halfOf(path)
  await writeFile(half, whole, options)
  await rename(half, path)
}

/** The same before anything else happens: what is written then outlives also a process that is killed. */
export function writeWholeNow(path: string, text: string): void {
  const half = halfOf(path)
  writeFileSync(half, text, options)
  renameSync(half, path)
}

function halfOf(path: string): string {
  writes += 1
  return `${path}.${process.pid}.${writes}.tmp`
}
