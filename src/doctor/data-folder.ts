/** Whether what outlives a restart can be kept; nothing is made for that. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { doubtful, good, type Finding } from './finding.ts'

const remedy = 'set TROOPER_DATA_DIR to a folder that Trooper may write; until then a restart forgets what is spent'

export async function examineDataFolder(folder: string): Promise<Finding> {
  const problem = await problemOf(folder)
  return problem === undefined
    ? good('data folder', folder)
    : doubtful('data folder', `${folder} cannot be written (${problem})`, remedy)
}

/** Of the nearest folder that is there: the others are made when they are needed. */
async function problemOf(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'it is no folder'
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const above = dirname(folder)
    return code === 'ENOENT' && above !== folder ? problemOf(above) : code
  }
}
