import type { Hand } from '../ir/hand.ts'

/** What the person wants, whatever is known: only local models, the primary in any case, or neither. */
export type Override =
  | { mode: 'auto' }
  /** Without `untilMs`: until the person says otherwise. */
  | { mode: 'local' | 'primary'; untilMs?: number; by?: Hand }

export interface OverrideSwitch {
  get(nowMs: number): Override
  set(override: Override): void
  /** As another process that shares the memory has it. */
  learn(override: Override): void
}

export function createOverride(known: Override = { mode: 'auto' }, onChange: () => void = () => {}): OverrideSwitch {
  let override = known
  return {
    get: (nowMs) => (isOver(override, nowMs) ? { mode: 'auto' } : override),
    set: (wanted) => {
      override = wanted
      onChange()
    },
    learn: (wanted) => {
      override = wanted
    },
  }
}

function isOver(override: Override, nowMs: number): boolean {
  return override.mode !== 'auto' && override.untilMs !== undefined && nowMs >= override.untilMs
}
