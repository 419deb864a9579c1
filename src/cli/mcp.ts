/** `trooper mcp`: Trooper's tools for an agent that starts its servers itself, over stdin and stdout; asks the Trooper that runs already. */
import { dataFolder } from '../config/data-folder.ts'
import { readInstallToken } from '../state/install-token.ts'
import { urlAt } from '../upstream/find-trooper.ts'
import { exitConfig, readAgentSettings, readArguments } from './read-settings.ts'
import { complain } from './terminal.ts'

export async function mcp(argv: string[]): Promise<number> {
  const given = readArguments(argv, 'mcp')
  if (!given.ok) return complain(given.problem, exitConfig)
  const read = readAgentSettings(given.flags)
  if (!read.ok) return complain(read.problem, exitConfig)
  const { host, port, token, dataDir, mcpWrite } = read.values
  const [{ serveOverStdio }, { createRemoteDesk }] = await Promise.all([
    import('../mcp/stdio.ts'),
    import('../mcp/remote-desk.ts'),
  ])
  const installToken = (): string | undefined => readInstallToken(dataFolder({ dataDir }))
  await serveOverStdio({
    desk: createRemoteDesk({ url: urlAt(host, port), token, installToken }),
    mayChange: mcpWrite,
    nowMs: Date.now,
    onFault: (error) => void complain(`trooper mcp failed inside (${nameOf(error)}); please report it.`, 1),
  })
  return 0
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
