/** `trooper doctor`: looks at everything that has to be right, a line each, and says what to do. */
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { formatFinding, formatVerdict, isHealthy, toJson } from '../doctor/report.ts'
import { onOneLineInJson } from '../observe/log/one-line.ts'
import { exitConfig, readArguments, readSettings } from './read-settings.ts'
import { complain, print, showProgress } from './terminal.ts'

export async function doctor(argv: string[]): Promise<number> {
  const given = readArguments(argv, 'doctor')
  if (!given.ok) return complain(given.problem, exitConfig)
  const isJson = given.switches.has('json')
  const findings: Finding[] = []
  for await (const finding of examine(readSettings(given.flags))) {
    findings.push(finding)
    showProgress('')
    if (!isJson) await print(formatFinding(finding))
    showProgress('looking further …')
  }
  showProgress('')
  await print(isJson ? onOneLineInJson(JSON.stringify(toJson(findings), undefined, 2)) : formatVerdict(findings))
  return isHealthy(findings) ? 0 : 1
}
