/** Exchanges for the tests of this folder. */
import type { AttemptEntry, Entry } from '../../src/observe/journal/entry.ts'

export function attempt(kind: 'cloud' | 'local', more: Partial<AttemptEntry> = {}): AttemptEntry {
  const facts =
    kind === 'cloud' ? { target: 'anthropic', how: 'relay' as const } : { target: 'local', how: 'translate' as const }
  return {
    ...facts,
    kind,
    dialect: 'anthropic',
    startMs: 0,
    contentMs: 100,
    endMs: 1100,
    end: { is: 'answered' },
    ...more,
  }
}

/** Of an answer; the last attempt gave it. */
export function exchange(id: number, atMs: number, attempts = [attempt('cloud')], more: Partial<Entry> = {}): Entry {
  return {
    id: `run-${id}`,
    atMs,
    dialect: 'anthropic',
    about: 'conversation',
    isStream: true,
    attempts,
    end: { is: 'answered', target: attempts.at(-1)?.target ?? '' },
    totalMs: attempts.at(-1)?.endMs ?? 0,
    ...more,
  }
}
