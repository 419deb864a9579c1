/** What an examination found, for a person at a terminal and for machines. */
import type { JsonObject } from '../ir/json.ts'
import { onOneLine } from '../observe/log/one-line.ts'
import type { Finding, Mark } from './finding.ts'

const signs: { readonly [M in Mark]: string } = { good: '✓', doubtful: '⚠', bad: '✗' }

export function formatFinding({ mark, subject, says, remedy }: Finding): string {
  // What a server says of itself is in it.
  return onOneLine(`${signs[mark]} ${subject}: ${says}${remedy === undefined ? '' : ` → ${remedy}`}`)
}

export function formatVerdict(findings: readonly Finding[]): string {
  const of = (mark: Mark): number => findings.filter((finding) => finding.mark === mark).length
  if (of('bad') > 0) return `${of('bad')} of ${findings.length} are wrong: Trooper cannot protect you yet.`
  return of('doubtful') > 0 ? `Trooper works; ${of('doubtful')} to look at.` : 'Trooper works.'
}

export function toJson(findings: readonly Finding[]): JsonObject {
  return {
    ok: isHealthy(findings),
    findings: findings.map(({ mark, subject, says, remedy }) => ({ mark, subject, says, remedy: remedy ?? null })),
  }
}

export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ mark }) => mark !== 'bad')
}
