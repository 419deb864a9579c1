/** Local servers that tell nothing, and are not asked: for exchanges without sockets. */
import type { Engine, Engines } from '../../src/engines/engine.ts'
import type { Locals } from '../../src/engines/locals.ts'

const engine: Engine = {
  name: 'openai-compatible',
  models: () => Promise.resolve(undefined),
  facts: () => Promise.resolve({ can: { tools: true, vision: true } }),
  state: () => Promise.resolve({ is: 'unknown' }),
  windowFor: () => Promise.resolve(undefined),
  count: () => Promise.resolve(undefined),
  cutsInSilence: () => Promise.resolve(false),
  dress: (request) => Promise.resolve(request),
  warm: () => Promise.resolve(true),
  slots: () => Promise.resolve(8),
  doubt: () => false,
  remedy: () => undefined,
}

export const unaskedEngines: Engines = {
  at: () => Promise.resolve(engine),
  known: () => engine,
  identify: () => Promise.resolve(undefined),
  isStranger: () => Promise.resolve(false),
  doubt: () => ({ isWorthARepeat: false, isOtherServer: false }),
}

export const unaskedLocals: Locals = {
  prepare: () => Promise.resolve(undefined),
  doubt: () => Promise.resolve(false),
  look: () => Promise.resolve({ engine: undefined, others: [], warnings: [] }),
}
