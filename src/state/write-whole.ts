/** Writes a file so that a reader never sees half of it, also after a crash. */
import { rename, writeFile } from 'node:fs/promises'

let writes = 0

/** Renamed when it is whole; readable by its owner only. */
export async function writeWhole(path: string, text: string): Promise<void> {
  writes += 1
  const half = `${path}.${process.pid}.${writes}.tmp`
  await writeFile(half, text, { mode: 0o600 })
  await rename(half, path)
}
