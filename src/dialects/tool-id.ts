/**
 * Ids of tool calls that every wire takes. Local models make ids such as `functions.Bash:0`, Anthropic wants `^[a-zA-Z0-9_-]+$`
 * and OpenAI at most 64, once 40, characters (providers.md 4.2, 4.5).
 */
import { fitName } from '../wire/fit-name.ts'

const longest = 40

/** The same id for the same call, always: call and result stay a pair, in both directions and from one request to the next. */
export function fitToolId(id: string, ending = ''): string {
  return fitName(id, longest - ending.length) + ending
}
