/** Whether Trooper can listen where it is told to, or does already. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Config } from '../config/schema.ts'
import { findTrooper } from '../upstream/find-trooper.ts'
import { bad, good, type Finding } from './finding.ts'

export async function examinePort({ host, port }: Config): Promise<Finding> {
  const running = await findTrooper(host, port)
  if (running !== undefined) return good('port', `Trooper ${running.version} is running at ${running.url}`)
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return good('port', `${port} on ${host} is free`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return code === 'EADDRINUSE'
      ? bad('port', `${port} on ${host} is used by another program`, 'stop it, or set TROOPER_PORT to a free one')
      : bad('port', `${port} on ${host} cannot be listened on (${code})`, 'correct TROOPER_HOST or TROOPER_PORT')
  } finally {
    server.close()
  }
}
