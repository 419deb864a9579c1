/**
 * A Trooper as an agent sees and steers it, by what `/trooper/api` says and takes: of the one that the agent's server is part of, or of one
 * that runs elsewhere on this machine.
 */
import type {
  ChainsView,
  DrillRunView,
  DrillView,
  ExchangesView,
  OverrideView,
  ProbeView,
  SettingsView,
  StatusView,
  WarmView,
} from '../admin/views.ts'
import type { LocalAsker } from '../exchange/local/ask-local.ts'
import { objectOf, parseJson, stringOf } from '../ir/json.ts'
import type { Entry } from '../observe/journal/entry.ts'
import type { Override } from '../routing/override.ts'

/** Methods reject with a {@link DeskProblem} where something cannot be done. */
export interface Desk {
  status(): Promise<StatusView>
  /** Newest first. */
  exchanges(limit: number): Promise<Entry[]>
  exchange(id: string): Promise<Entry | undefined>
  chains(): Promise<ChainsView>
  settings(): Promise<SettingsView>
  ask: LocalAsker['ask']
  setOverride(order: { mode: Override['mode']; forMs?: number }): Promise<OverrideView>
  /** Without a target: all that rest. */
  probe(target: string | undefined): Promise<ProbeView>
  /** Without a target: the first local one. */
  warm(target: string | undefined): Promise<WarmView>
  startDrill(order: { scenario?: string; standIn: boolean }): Promise<DrillRunView>
  drill(): Promise<DrillView>
  stopDrill(): Promise<DrillView>
}

/** One sentence for whoever asked: what is wrong, and what to do. */
export class DeskProblem extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'DeskProblem'
  }
}

/** Asks `/trooper/api`, wherever it is. `path` begins after that. */
export type CallApi = (
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: object,
) => Promise<{ status: number; text: string }>

export function createDesk(call: CallApi, ask: LocalAsker['ask']): Desk {
  const view = async <View>(...asked: Parameters<CallApi>): Promise<View> => {
    const read: View = parse(await call(...asked))
    return read
  }
  return {
    ask,
    status: () => view('GET', '/status'),
    exchanges: async (limit) => (await view<ExchangesView>('GET', `/exchanges?limit=${limit}`)).exchanges,
    exchange: async (id) => {
      const answer = await call('GET', `/exchanges/${encodeURIComponent(id)}`)
      return answer.status === 404 ? undefined : parse(answer)
    },
    chains: () => view('GET', '/chains'),
    settings: () => view('GET', '/settings'),
    setOverride: (order) => view('PUT', '/override', order),
    probe: (target) => view('POST', '/probe', target === undefined ? {} : { target }),
    warm: (target) => view('POST', '/warm', target === undefined ? {} : { target }),
    startDrill: (order) => view('POST', '/drill', order),
    drill: () => view('GET', '/drill'),
    stopDrill: () => view('POST', '/drill/stop'),
  }
}

/** What it says is what the views describe; of another version it may be otherwise. */
function parse({ status, text }: Awaited<ReturnType<CallApi>>) {
  if (status >= 400) throw problemIn(status, text)
  try {
    return JSON.parse(text)
  } catch {
    throw new DeskProblem("What answers here is no Trooper's API; start the same version of Trooper there.")
  }
}

/** What the API said instead of an answer. */
export function problemIn(status: number, text: string): DeskProblem {
  const sentence = stringOf(objectOf(objectOf(parseJson(text))['error'])['message'])
  return new DeskProblem(sentence ?? `Trooper's API answers ${status} and no reason; its log may say more.`)
}
