/** The desk of a Trooper that runs in another process, over its `/trooper/api`. */
import type { AskEvent } from '../admin/views.ts'
import type { AskedLocal, LocalQuestion, LocalStage } from '../exchange/local/ask-local.ts'
import { callTrooper } from '../upstream/call-trooper.ts'
import { createSseDecoder } from '../wire/sse.ts'
import { createDesk, DeskProblem, problemIn, type CallApi, type Desk } from './desk.ts'

export interface Remote {
  /** Without a slash at its end. */
  url: string
  /** `TROOPER_TOKEN`, and the one of the installation, looked up for each call, as the first start of a Trooper makes it. */
  token: string | undefined
  installToken: () => string | undefined
}

/** Of an API that never waits for anything. */
const patienceMs = 15_000

export function createRemoteDesk(remote: Remote): Desk {
  const call: CallApi = async (method, path, body) => {
    const response = await send(remote, method, path, body, AbortSignal.timeout(patienceMs))
    return { status: response.status, text: await response.text() }
  }
  return createDesk(call, (question, onStage, signal) => ask(remote, question, onStage, signal))
}

function send(
  { url, token, installToken }: Remote,
  method: string,
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const secrets = { token, installToken: installToken() }
  return callTrooper(url, { method, path, body, by: 'agent', signal }, secrets).catch(() => {
    throw new DeskProblem(absent(url))
  })
}

/** An agent reads this, and its person does what it says. */
function absent(url: string): string {
  return `No Trooper answers at ${url}: ask the person to start it with \`npx trooper\` (or to set TROOPER_PORT here to the port on which theirs listens), and call this tool again.`
}

async function ask(
  remote: Remote,
  question: LocalQuestion,
  onStage: (stage: LocalStage) => void,
  signal: AbortSignal,
): Promise<AskedLocal> {
  const response = await send(remote, 'POST', '/ask', question, signal)
  if (!response.ok || !response.body) throw problemIn(response.status, await response.text())
  let asked: AskedLocal = { ok: false, problem: 'Trooper stopped before the local model had answered; ask again.' }
  const take = (told: AskEvent): void => {
    switch (told.event) {
      case 'stage':
        return onStage(told.data)
      case 'answer':
        asked = { ok: true, answer: told.data }
        return
      case 'problem':
        asked = { ok: false, problem: told.data.error.message }
    }
  }
  const decoder = createSseDecoder(({ event = '', data }) => take(JSON.parse(`{"event":"${event}","data":${data}}`)))
  try {
    for await (const chunk of response.body) decoder.feed(chunk)
  } catch {
    // It broke off, or the agent left: what was not said by then is not known.
  }
  return asked
}
