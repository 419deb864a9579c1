/** What a person may change of a Trooper that is at work: from the page, the terminal or an agent, by the same functions. */
import { loadNow } from '../exchange/local/load-now.ts'
import type { Services } from '../exchange/outcome.ts'
import { handWords, type Hand } from '../ir/hand.ts'
import type { Override } from '../routing/override.ts'
import type { Target } from '../routing/target.ts'
import type { OrderOf } from './orders.ts'
import { recentConversations } from './recent.ts'
import { allTargets } from './status.ts'
import type { ProbeView, WarmView } from './views.ts'

/** From the next exchange on. */
export function setOverride({ override, clock, log }: Services, order: OrderOf<'override'>, by: Hand): Override {
  const nowMs = clock.now()
  const { mode } = order
  const forMs = order.mode === 'auto' ? undefined : order.forMs
  override.set(mode === 'auto' ? { mode } : { mode, by, ...(forMs !== undefined && { untilMs: nowMs + forMs }) })
  const end = forMs === undefined ? '' : ` for ${Math.ceil(forMs / 60_000)} min`
  log.info(`🪖 ${words[mode]}${end}, as was set ${handWords(by)}`, { override: mode, by })
  return override.get(nowMs)
}

const words: { readonly [M in Override['mode']]: string } = {
  auto: 'Whoever can answer is asked again',
  local: 'Only local models are asked',
  primary: 'The primary is asked, whatever is known of it',
}

export type Refused = { problem: string; status: 404 | 502 }

/** The next exchange of each customer asks the target, one at a time; without a name, every one that rests. Nothing is sent by this itself. */
export function makeDue(services: Services, name: string | undefined, by: Hand): ProbeView | Refused {
  const { ledger, breakers, clock, log } = services
  const named = findTargets(services, name, () => true)
  if ('problem' in named) return named
  const nowMs = clock.now()
  const due = named
    .map((target) => target.name)
    .filter((target) => [ledger.makeDue(target, nowMs), breakers.makeDue(target, nowMs)].includes(true))
  for (const target of due)
    log.info(`🪖 ${target} is asked by the next exchange, as was set ${handWords(by)}`, { target, by })
  return { due }
}

/** A load goes on for minutes: after this the answer is that it does. */
const patienceMs = 2000

export async function warm(services: Services, name: string | undefined): Promise<WarmView | Refused> {
  const named = findTargets(services, name, ({ kind }) => kind === 'local')
  if ('problem' in named) return named
  const [first] = named
  if (!first) return { problem: 'No local model is configured.', status: 404 }
  let cancel = (): void => {}
  const late = new Promise<'late'>((resolve) => {
    cancel = services.clock.after(patienceMs, () => resolve('late'))
  })
  const loaded = await Promise.race([loadNow(services, first), late])
  cancel()
  if (loaded === 'late') return { target: first.name, state: 'loading' }
  return loaded.ok ? { target: first.name, state: 'loaded' } : { problem: `${loaded.problem}.`, status: 502 }
}

/** Those of the chain that the latest exchange came through first. */
function findTargets(
  { chains, journal }: Services,
  name: string | undefined,
  isMeant: (target: Target) => boolean,
): Target[] | Refused {
  const [latest] = recentConversations(journal)
  const ordered = [...new Set([...(latest ? chains[latest.dialect] : []), ...allTargets(chains)])].filter(isMeant)
  if (name === undefined) return ordered
  const found = ordered.filter((target) => target.name === name)
  const known = ordered.map((target) => target.name).join(', ')
  return found.length > 0 ? found : { problem: `There is no such target here; use one of ${known}.`, status: 404 }
}
