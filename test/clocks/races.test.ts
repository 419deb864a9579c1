/** ON_SLOW=race with clients of every dialect: whatever happens, in whatever order, each gets one answer. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { checkRace } from './race-laws.ts'
import { RaceRun } from './race-run.ts'
import { scriptsOf, type Script } from './race-script.ts'

const clients: ClientDialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']
const numRuns = Number(process.env['RACES'] ?? 100)

async function race(script: Script): Promise<void> {
  const run = new RaceRun(script)
  await run.play()
  checkRace(run)
}

describe.each(clients)('clients of the %s dialect', (dialect) => {
  it('get one answer each, whatever happens in the race for it', async () => {
    await fc.assert(fc.asyncProperty(scriptsOf(dialect), race), { numRuns })
  })
})
