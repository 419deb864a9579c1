/** Where that stands which outlives a restart. */
import { homedir } from 'node:os'
import type { Config } from './schema.ts'

export function dataFolder({ dataDir }: Pick<Config, 'dataDir'>): string {
  return dataDir.replace(/^~(?=$|[/\\])/, homedir())
}
