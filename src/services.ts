/** Everything that exchanges work with, opened for one configuration. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Clock } from './clock.ts'
import { dataFolder } from './config/data-folder.ts'
import type { Config } from './config/schema.ts'
import type { Targets } from './config/targets.ts'
import { traceSettingsOf } from './config/traces.ts'
import { createFitting } from './context/fit/fitting.ts'
import { createMargins } from './context/count/margins.ts'
import type { ShowProgress } from './embedded/download-teller.ts'
import { openEmbedded, type Embedded } from './embedded/open.ts'
import { openEngines } from './engines/open.ts'
import { createHandBack } from './exchange/relay/hand-back.ts'
import { createLoads } from './exchange/local/loads.ts'
import { createLossBook } from './exchange/translate/losses.ts'
import type { Services } from './exchange/outcome.ts'
import { createPlaces } from './exchange/local/places.ts'
import { createTimes } from './exchange/timeouts.ts'
import { createTranscripts, noTranscripts } from './exchange/responses/transcripts.ts'
import { createCounts } from './observe/metrics/counts.ts'
import { finderOf } from './observe/prices/bill.ts'
import { createDays } from './observe/days/days.ts'
import { createEnded } from './observe/journal/ended.ts'
import { createJournal } from './observe/journal/journal.ts'
import { createMetrics } from './observe/metrics/metrics.ts'
import { createWarmUp } from './exchange/local/warm-up.ts'
import { createMcpServers } from './mcp-client/connect/servers.ts'
import type { Log } from './observe/log/log.ts'
import { createTraces } from './observe/traces/traces.ts'
import { createBreakers } from './routing/breakers.ts'
import type { Chain } from './routing/chains.ts'
import { createPayerBook } from './routing/payers.ts'
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

interface Opened {
  services: Services
  embedded: Embedded
  /** Ends every connection, and resolves when everything that outlives a stop is written. */
  settle: () => Promise<void>
}

export async function openServices(
  config: Config,
  targets: Targets,
  log: Log,
  clock: Clock,
  modelsHome: string,
  showProgress: ShowProgress,
): Promise<Opened> {
  const images = createImageFetcher({ isEnabled: config.imageFetch, trustedHosts: config.imageHosts })
  const mcp = createMcpServers(config.mcpServers, clock)
  const folder = dataFolder(config)
  const breakers = createBreakers()
  const embedded = openEmbedded(targets.chains, modelsHome, clock, log, showProgress, (url) => breakers.forget(url))
  const pools = createPools(config.connectMs, embedded.ports)
  const memory = openMemory(join(folder, 'ledger.json'), clock, log)
  const network = createNetworkWatch(clock, cloudOrigins(targets), canReach, networkReport(log))
  const { engines, locals, tokenizers } = openEngines(pools, config, targets, clock, log)
  const find = finderOf(embedded.chains)
  const ended = createEnded(find, clock, (error) => {
    const name = error instanceof Error ? error.name : 'unknown'
    log.error(`❌ The account of a request failed inside Trooper (${name}); please report it.`)
  })
  const journal = createJournal(config.journal, clock.now().toString(36), ended, config.capture)
  const services: Services = {
    chains: embedded.chains,
    payers: createPayerBook(),
    policy: { quotaStatusCodes: config.quotaStatusCodes, waitMaxMs: config.waitMaxMs, localMs: config.localMs },
    times: createTimes(config),
    seam: config.seam,
    ...memory.known,
    breakers,
    handoverAt: config.handoverAt,
    network,
    places: createPlaces(config.localQueue, config.localConcurrency),
    loads: createLoads(clock, config.localMs, log),
    pools,
    engines,
    locals,
    margins: createMargins(),
    fitting: createFitting(config.summary),
    images,
    mcp,
    handBack: createHandBack(memory.isOfTrouble),
    modelLists: new Map(),
    transcripts: config.transcripts
      ? createTranscripts(await openStore(config, join(folder, 'transcripts'), clock, log))
      : noTranscripts,
    lossesAt: createLossBook(log),
    counts: createCounts(),
    journal,
    days: createDays({ path: join(folder, 'days.json'), ended, clock, log }),
    clock,
    log,
    warmUp: createWarmUp(config.warm, clock, () => services),
    unique: () => randomBytes(12).toString('hex'),
  }
  const settings = traceSettingsOf(config, version)
  if (settings) services.traces = createTraces({ settings, ended, find, pools, clock, log, version })
  if (config.metrics) services.metrics = createMetrics({ ...services, ended, version })
  return {
    services,
    embedded,
    settle: async () => {
      mcp.destroy()
      ended.stop()
      const { transcripts, days, traces } = services
      await traces?.settle()
      const closed = [pools.destroy(), images.destroy(), tokenizers.end()]
      await Promise.all([...closed, transcripts.settle(), memory.settle(), days.settle()])
    },
  }
}

function cloudOrigins({ chains }: Targets): string[] {
  const clouds = Object.values(chains).flatMap((chain: Chain) => chain.filter(({ kind }) => kind === 'cloud'))
  return [...new Set(clouds.map(({ url }) => url.origin))]
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
