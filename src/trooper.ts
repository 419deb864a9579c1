/** Puts a running Trooper together: services, server, stop. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { realClock, type Clock } from './clock.ts'
import { dataFolder } from './config/data-folder.ts'
import type { Config } from './config/schema.ts'
import type { Targets } from './config/targets.ts'
import { createFitting } from './context/fitting.ts'
import { createMargins } from './context/margins.ts'
import type { ShowProgress } from './embedded/download-teller.ts'
import { openEmbedded } from './embedded/open.ts'
import { createEngines } from './engines/engines.ts'
import { createLocals, type Findings } from './engines/locals.ts'
import { thisMachine } from './engines/memory.ts'
import { createHandBack } from './exchange/hand-back.ts'
import { createLoads } from './exchange/loads.ts'
import { createLossBook } from './exchange/losses.ts'
import type { Services } from './exchange/outcome.ts'
import { createPlaces } from './exchange/places.ts'
import { createTimes } from './exchange/timeouts.ts'
import { createTranscripts, noTranscripts } from './exchange/transcripts.ts'
import { createCounts } from './observe/counts.ts'
import { createWarmUp } from './exchange/warm-up.ts'
import type { Log } from './observe/log.ts'
import { createBreakers } from './routing/breakers.ts'
import type { Chain } from './routing/chains.ts'
import type { Target } from './routing/target.ts'
import type { Trooper } from './running.ts'
import { hostName } from './server/guard.ts'
import { createHttpServer } from './server/listen.ts'
import { makeStoppable } from './server/stop.ts'
import { openFileStore } from './state/file.ts'
import { openMemory } from './memory.ts'
import { createMemoryStore } from './state/memory.ts'
import { createResilientStore } from './state/resilient.ts'
import type { Store } from './state/store.ts'
import { createImageFetcher } from './upstream/fetch-image.ts'
import { createNetworkWatch, type NetworkReport } from './upstream/network-watch.ts'
import { createPools } from './upstream/pools.ts'
import { canReach } from './upstream/reach.ts'
import { version } from './version.ts'

/** With what was found of the local servers by then. */
interface Started extends Trooper {
  findings: Findings
}

interface Surroundings {
  showProgress?: ShowProgress
  /** Where embedded models and their library are; unset: in the data folder. */
  modelsHome?: string
}

/** Rejects with one sentence when the port is taken. */
export async function startTrooper(
  config: Config,
  targets: Targets,
  log: Log,
  clock: Clock = realClock,
  { showProgress = () => false, modelsHome = dataFolder(config) }: Surroundings = {},
): Promise<Started> {
  const images = createImageFetcher({ isEnabled: config.imageFetch, trustedHosts: config.imageHosts })
  const folder = dataFolder(config)
  const embedded = openEmbedded(targets.chains, modelsHome, clock, log, showProgress)
  const pools = createPools(config.connectMs, embedded.ports)
  const memory = openMemory(join(folder, 'ledger.json'), clock, log)
  const network = createNetworkWatch(clock, cloudOrigins(targets), canReach, networkReport(log))
  const engines = createEngines({ pools, clock, log, machine: thisMachine, contextMax: config.contextMax })
  const allowedModels = config.allowRemoteModels
  const locals = createLocals({ engines, open: targets.open, machine: thisMachine, allowedModels, clock, log })
  const services: Services = {
    chains: embedded.chains,
    policy: { quotaStatusCodes: config.quotaStatusCodes, waitMaxMs: config.waitMaxMs, localMs: config.localMs },
    times: createTimes(config),
    seam: config.seam,
    ...memory.known,
    breakers: createBreakers(),
    handoverAt: config.handoverAt,
    network,
    places: createPlaces(config.localQueue),
    localConcurrency: config.localConcurrency,
    loads: createLoads(clock, config.localMs, log),
    pools,
    engines,
    locals,
    margins: createMargins(),
    fitting: createFitting(config.summary),
    images,
    handBack: createHandBack(),
    modelLists: new Map(),
    transcripts: config.transcripts
      ? createTranscripts(await openStore(config, join(folder, 'transcripts'), clock, log))
      : noTranscripts,
    lossesAt: createLossBook(log),
    counts: createCounts(),
    clock,
    log,
    warmUp: createWarmUp(config.warm, clock, () => services),
    unique: () => randomBytes(12).toString('hex'),
  }
  const server = createHttpServer(services, {
    rules: {
      hosts: new Set([...config.allowedHosts, config.host].map((host) => hostName(host.toLowerCase()))),
      origins: new Set(config.allowedOrigins),
      needsToken: config.token !== undefined,
    },
    tokenMatches: tokenMatcher(config.token),
    maxBodyBytes: config.maxBodyBytes,
    version,
  })
  const stoppable = makeStoppable(server, clock)
  const [port, findings] = await Promise.all([
    listen(server, config.port, config.host),
    locals.look(localTargets(targets)),
  ])
  embedded.start()
  services.warmUp.start()
  const name = isEverywhere(config.host) ? 'localhost' : config.host
  return {
    findings,
    url: `http://${name.includes(':') ? `[${name}]` : name}:${port}`,
    stop: async (graceMs = 10_000) => {
      await stoppable.stop(graceMs)
      network.stop()
      services.warmUp.stop()
      await Promise.all([
        embedded.stop(),
        pools.destroy(),
        images.destroy(),
        services.transcripts.settle(),
        memory.settle(),
      ])
    },
  }
}

function cloudOrigins({ chains }: Targets): string[] {
  const clouds = Object.values(chains).flatMap((chain: Chain) => chain.filter(({ kind }) => kind === 'cloud'))
  return [...new Set(clouds.map(({ url }) => url.origin))]
}

function localTargets({ chains }: Targets): Target[] {
  const locals = Object.values(chains).flatMap((chain: Chain) => chain.filter(({ kind }) => kind === 'local'))
  // A model inside Trooper is what it is.
  return [...new Set(locals)].filter(({ embedded }) => !embedded)
}

function networkReport(log: Log): NetworkReport {
  return {
    lost: (origin, isAll) =>
      log.warn(
        isAll
          ? '📡 No provider can be reached: the network is down, it seems; local models answer until it is back'
          : `📡 ${origin} cannot be reached: it is left alone until it can`,
      ),
    found: (origin) => log.info(`📡 ${origin} can be reached again`),
  }
}

/** Without a folder that can be written, a restart forgets: said once, as it is no reason to stop. */
async function openStore(config: Config, folder: string, clock: Clock, log: Log): Promise<Store> {
  const bounds = { maxBytes: config.transcriptMaxBytes, maxAgeMs: config.transcriptMaxAgeMs }
  let isSaid = false
  return createResilientStore(await openFileStore(folder, bounds, clock), createMemoryStore(bounds, clock), () => {
    if (!isSaid) log.warn(`⚠️ ${folder} cannot be written: conversations are kept in memory only; see TROOPER_DATA_DIR`)
    isSaid = true
  })
}

/** Compares digests: equal lengths always, and a time that tells nothing of where they differ. */
function tokenMatcher(token: string | undefined): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(token ?? '')
  return (given) => timingSafeEqual(digest(given), expected)
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
