/** What is said of a command that there is not: which one may have been meant. */
import { isNear } from '../config/oddities.ts'
import { commandNames } from './about.ts'

/** Fewer letters begin nothing in particular. */
const leastLetters = 3

export function noCommand(typed: string): string {
  const word = typed.toLowerCase()
  const begins = (name: string): boolean => word.length >= leastLetters && name.startsWith(word)
  const meant = commandNames.filter((name) => begins(name) || (word.length > 1 && isNear(name, word)))
  const rest =
    meant.length === 0 ? 'see: trooper --help' : `did you mean ${meant.map((name) => `trooper ${name}`).join(' or ')}?`
  return `Trooper has no command '${typed}'; ${rest}`
}
