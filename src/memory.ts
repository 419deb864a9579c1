/** What is known of spent quotas, and what the person wants: as it was before the last stop, and kept for the next start. */
import type { Clock } from './clock.ts'
import type { Log } from './observe/log/log.ts'
import { createLedger } from './routing/ledger.ts'
import { createOverride } from './routing/override.ts'
import { createUsageBook } from './routing/usage.ts'
import { openLedgerFile } from './state/ledger-file.ts'

/** How full a quota is changes with every answer; losing the last of them costs little. */
const usagePauseMs = 5000

export function openMemory(path: string, clock: Clock, log: Log) {
  const report = {
    setAside: (aside: string) =>
      log.warn(`⚠️ ${path} could not be read: it stands in ${aside} now, and a new one is begun`),
    unwritable: () =>
      log.warn(`⚠️ ${path} cannot be written: spent quotas are known until the next stop only; see TROOPER_DATA_DIR`),
  }
  const file = openLedgerFile(path, clock, report, {
    tell: () => ({ entries: ledger.entries(), usage: usage.entries(), override: override.get(0) }),
    learn: (all) => {
      ledger.learn(all.entries)
      usage.learn(all.usage)
      override.learn(all.override)
    },
  })
  const { content: remembered } = file
  const save = (): void => file.save()
  const ledger = createLedger(remembered.entries, save)
  let cancel: (() => void) | undefined
  const saveLater = (): void => {
    cancel ??= clock.after(usagePauseMs, () => {
      cancel = undefined
      save()
    })
  }
  const usage = createUsageBook(remembered.usage, saveLater)
  const override = createOverride(remembered.override, save)
  const settle = (): Promise<void> => {
    if (cancel) save()
    cancel?.()
    return file.settle()
  }
  const { entries, usage: windows, override: wanted } = remembered
  /** Local models have answered for a provider, or were about to. */
  const isOfTrouble = entries.length > 0 || windows.length > 0 || wanted.mode !== 'auto'
  return { known: { ledger, usage, override }, isOfTrouble, settle }
}
