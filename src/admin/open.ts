/** Puts `/trooper/api` together for one Trooper. */
import type { ShownSetting } from '../config/shown.ts'
import { createLocalAsker, type LocalAsker } from '../exchange/local/ask-local.ts'
import type { Services } from '../exchange/outcome.ts'
import { accountAt } from '../exchange/payer.ts'
import type { Target } from '../routing/target.ts'
import { createAccess } from './access.ts'
import { createCaller, createHandler, type Handle } from './api.ts'
import { createDrills } from './drills.ts'
import { createEndpoints } from './endpoints.ts'
import { createEngineLooks } from './engine-looks.ts'
import { createEvents } from './events.ts'
import type { TokenCheck } from './guesses.ts'
import { recentConversations } from './recent.ts'
import { statusOf } from './status.ts'
import type { StatusView } from './views.ts'
import { answerChallenge } from '../state/install-proof.ts'

export interface Api {
  handle: Handle
  /** The `Set-Cookie` that goes with the page, so that it may change something; `undefined` where it has to log in first. */
  pageCookie(): string | undefined
  /** Shows whoever asks at this place that it is a Trooper of this installation (state/install-proof.ts). */
  prove(challenge: string, address: string, port: number): string | undefined
  /** For whoever sits in this process. */
  call: ReturnType<typeof createCaller>
  asker: LocalAsker
  /** Ends what readers follow, and a drill. */
  close(): Promise<void>
}

interface ApiSettings {
  /** Of this installation (state/install-token.ts). */
  installToken: string
  /** `TROOPER_TOKEN` */
  token: string | undefined
  checkToken: TokenCheck
  version: string
  settings: ShownSetting[]
  /** Where the drill's program is, if not beside this one. */
  drillProgram?: URL
}

export function openApi(services: Services, settings: ApiSettings): Api {
  const { clock, days, journal, log } = services
  const { version } = settings
  const startedAtMs = clock.now()
  const engines = createEngineLooks(services)
  const statusNow = (): StatusView =>
    statusOf(
      {
        ...services,
        recent: recentConversations(journal),
        engines: engines.latest(),
        today: days.today(),
        ownAccount: (target: Target) => (target.credential ? accountAt(target, [], '') : undefined),
        version,
        startedAtMs,
      },
      clock.now(),
    )
  const access = createAccess(settings.installToken, settings.token, settings.checkToken, () => clock.now())
  const events = createEvents(journal, statusNow, clock)
  const drills = createDrills(services.chains, clock, settings.drillProgram)
  const asker = createLocalAsker(services)
  const endpoints = createEndpoints({
    services,
    access,
    engines,
    events,
    drills,
    statusNow,
    asker,
    settings: settings.settings,
  })
  return {
    call: createCaller({ endpoints }),
    asker,
    handle: createHandler({ access, events, endpoints, log }),
    pageCookie: () => access.pageCookie(),
    prove: (challenge, address, port) => answerChallenge(settings.installToken, challenge, address, port),
    close: async () => {
      events.close()
      await drills.stop()
    },
  }
}
