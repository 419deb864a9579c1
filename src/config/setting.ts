/** One setting: its name, default and meaning. */
import type * as z from 'zod'

export interface Setting {
  /** Name of the environment variable. */
  env: string
  /** Name of the flag without its dashes. */
  flag: string
  /** As a person would write it; `undefined`: not set. */
  default: string | undefined
  meaning: string
  /** A secret is never printed. */
  secret?: true
  schema: z.ZodType<unknown, string>
}
