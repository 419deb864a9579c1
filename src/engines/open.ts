/** The local targets of one configuration and the engines behind them. */
import type { Clock } from '../clock.ts'
import { portsBeside } from '../config/own-place.ts'
import type { Config } from '../config/schema.ts'
import type { Targets } from '../config/targets.ts'
import type { Log } from '../observe/log/log.ts'
import type { Pools } from '../upstream/pools.ts'
import type { Engines } from './engine.ts'
import { createEngines } from './engines.ts'
import { createLocals, type Locals } from './locals.ts'
import { thisMachine } from './memory.ts'
import { createTokenizers, type Tokenizers } from './tokenizers/tokenizers.ts'

/** Nobody is asked anything before one of them is prepared or looked at. */
export function openEngines(
  pools: Pools,
  config: Config,
  { open }: Pick<Targets, 'open'>,
  clock: Clock,
  log: Log,
): { engines: Engines; locals: Locals; tokenizers: Tokenizers } {
  const kit = { clock, log, machine: thisMachine }
  const tokenizers = createTokenizers(clock)
  const engines = createEngines({ pools, contextMax: config.contextMax, tokenizers, ...kit })
  const ports = portsBeside(config)
  const locals = createLocals({ engines, open, ports, allowedModels: config.allowRemoteModels, ...kit })
  return { engines, locals, tokenizers }
}
