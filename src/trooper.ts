/** Puts a running Trooper together: services, server, stop. */
import type { Server } from 'node:http'
import { createTokenCheck } from './admin/guesses.ts'
import { openAssets } from './admin/assets.ts'
import { openApi } from './admin/open.ts'
import { realClock, type Clock } from './clock.ts'
import { dataFolder } from './config/data-folder.ts'
import type { Config } from './config/schema.ts'
import type { ShownSetting } from './config/shown.ts'
import type { Targets } from './config/targets.ts'
import type { ShowProgress } from './embedded/download-teller.ts'
import { type Findings } from './engines/locals.ts'
import { createDesk } from './mcp/desk.ts'
import { createLazyEndpoint } from './mcp/lazy-endpoint.ts'
import type { Log } from './observe/log/log.ts'
import type { Chain } from './routing/chains.ts'
import type { Target } from './routing/target.ts'
import type { Trooper } from './running.ts'
import { hostName } from './server/guard.ts'
import { createHttpServer } from './server/listen.ts'
import { openServices } from './services.ts'
import { makeStoppable } from './server/stop.ts'
import { openInstallToken } from './state/install-token.ts'
import { version } from './version.ts'

/** With what was found of the local servers by then. */
interface Started extends Trooper {
  findings: Findings
}

interface Surroundings {
  showProgress?: ShowProgress
  /** Where embedded models and their library are; unset: in the data folder. */
  modelsHome?: string
  /** What the configuration was made of, for people and agents to see. */
  shown?: ShownSetting[]
}

/** Rejects with one sentence when the port is taken. */
export async function startTrooper(
  config: Config,
  targets: Targets,
  log: Log,
  clock: Clock = realClock,
  { showProgress = () => false, modelsHome = dataFolder(config), shown = [] }: Surroundings = {},
): Promise<Started> {
  const { services, embedded, settle } = await openServices(config, targets, log, clock, modelsHome, showProgress)
  const checkToken = createTokenCheck(config.token, clock)
  const api = openApi(services, {
    installToken: installToken(config, log),
    token: config.token,
    checkToken,
    version,
    settings: shown,
  })
  const mcp = createLazyEndpoint({
    desk: createDesk(api.call, (...question) => api.asker.ask(...question)),
    mayChange: config.mcpWrite,
    nowMs: () => clock.now(),
    onFault: (error) =>
      log.error(
        `❌ /mcp failed inside Trooper (${error instanceof Error ? error.name : 'unknown'}); please report it.`,
      ),
  })
  const server = createHttpServer(services, {
    rules: {
      hosts: new Set([...config.allowedHosts, config.host].map((host) => hostName(host.toLowerCase()))),
      origins: new Set(config.allowedOrigins),
      needsToken: config.token !== undefined,
    },
    checkToken,
    maxBodyBytes: config.maxBodyBytes,
    version,
    api,
    assets: openAssets(),
    mcp,
  })
  const stoppable = makeStoppable(server, clock)
  const [port, findings] = await Promise.all([
    listen(server, config.port, config.host),
    services.locals.look(localTargets(targets)),
  ])
  embedded.start()
  services.warmUp.start()
  const name = isEverywhere(config.host) ? 'localhost' : config.host
  return {
    findings,
    url: `http://${name.includes(':') ? `[${name}]` : name}:${port}`,
    stop: async (graceMs = 10_000) => {
      await Promise.all([api.close(), stoppable.stop(graceMs)])
      services.network.stop()
      services.warmUp.stop()
      await Promise.all([embedded.stop(), settle()])
    },
  }
}

function localTargets({ chains }: Targets): Target[] {
  const locals = Object.values(chains).flatMap((chain: Chain) => chain.filter(({ kind }) => kind === 'local'))
  // A model inside Trooper is what it is.
  return [...new Set(locals)].filter(({ embedded }) => !embedded)
}

function installToken(config: Config, log: Log): string {
  return openInstallToken(dataFolder(config), (path) =>
    log.warn(`⚠️ ${path} cannot be written: the terminal and agents may change nothing; see TROOPER_DATA_DIR`),
  )
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(listenProblem(error, port, host))))
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function listenProblem(error: Error, port: number, host: string): string {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use; stop the other program or set TROOPER_PORT to a free one.`
  if (code === 'EACCES')
    return `Port ${port} needs rights that Trooper does not have; set TROOPER_PORT to one above 1023.`
  return `Trooper cannot listen on ${host}:${port} (${error.message}); correct TROOPER_HOST or TROOPER_PORT.`
}

/** Addresses that a client on this machine reaches as `localhost`. */
function isEverywhere(host: string): boolean {
  return ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)
}
