/** One word of an answer through the whole path: an app, Trooper, a provider that cannot be reached, the local model. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../clock.ts'
import { dataFolder } from '../config/data-folder.ts'
import type { Config } from '../config/schema.ts'
import { behind } from '../config/targets.ts'
import { objectOf, parseJson, stringOf } from '../ir/json.ts'
import { silentLog } from '../observe/log/log.ts'
import type { Target } from '../routing/target.ts'
import { startTrooper } from '../trooper.ts'
import { bad, good, type Finding } from './finding.ts'

/** A model may have to be read from a slow disk first. */
const patienceMs = 180_000

export async function makeRoundTrip(config: Config, local: readonly Target[]): Promise<Finding> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trooper-doctor-'))
  const own = { host: '127.0.0.1', port: 0, token: undefined, primaryApiKey: undefined, transcripts: false, dataDir }
  const trooper = await startTrooper({ ...config, ...own }, behind(nobody, local), silentLog, realClock, {
    modelsHome: dataFolder(config),
  })
  try {
    const startedAtMs = Date.now()
    const answer = await fetch(`${trooper.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'doctor', max_tokens: 1, messages: [{ role: 'user', content: 'Say hi.' }] }),
      signal: AbortSignal.timeout(patienceMs),
    })
    const body = objectOf(parseJson(await answer.text()))
    const model = answer.headers.get('x-trooper-fallback')
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
    if (answer.ok && model !== null)
      return good('round trip', `with the provider out of reach, ${model} answered through Trooper after ${seconds} s`)
    const problem = stringOf(objectOf(body['error'])['message']) ?? `status ${answer.status}`
    return bad('round trip', `no local model answered through Trooper: ${problem}`, remedy)
  } catch {
    return bad('round trip', `no local model answered through Trooper within ${patienceMs / 1000} s`, remedy)
  } finally {
    await trooper.stop(0)
    await rm(dataDir, { recursive: true, force: true })
  }
}

const remedy = 'mend what stands above; then: trooper doctor'

/** Port 9 (discard, RFC 863) of this machine is where nobody is. */
const nobody: Target = {
  name: 'primary',
  kind: 'cloud',
  dialect: 'openai-chat',
  speaks: ['openai-chat'],
  url: { origin: 'http://127.0.0.1:9', base: '/v1', query: '', text: 'http://127.0.0.1:9/v1/chat/completions' },
}
