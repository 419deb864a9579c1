/** `trooper override`: who answers, by hand. */
import type { OverrideView } from '../admin/views.ts'
import type { Override } from '../routing/override.ts'
import { exitConfig } from './read-settings.ts'
import { atRunning } from './running.ts'
import { complain, print } from './terminal.ts'
import { parseSpan, until } from './words.ts'

export function override(argv: string[]): Promise<number> {
  return atRunning(argv, 'override', 1, async (running, { names: [mode], flags, switches }) => {
    const order = readOrder(mode, flags['for'])
    if (typeof order === 'string') return complain(order, exitConfig)
    const view = order ? await running.ask('PUT override', order) : await running.ask('GET override')
    await print(switches.has('json') ? JSON.stringify(view, undefined, 2) : sentenceOf(view, Date.now()))
    return 0
  })
}

const modes: readonly Override['mode'][] = ['local', 'primary', 'auto']

/** `undefined`: nothing is to be changed. A text is the problem, in a sentence. */
function readOrder(word: string | undefined, text: string | undefined) {
  const mode = modes.find((known) => known === word)
  if (word !== undefined && mode === undefined) return `'${word}' is no override; use one of ${modes.join(', ')}.`
  if (text === undefined) return mode && { mode }
  if (mode === undefined || mode === 'auto') return '--for goes with local or primary.'
  const forMs = parseSpan(text)
  return forMs ? { mode, forMs } : `--for '${text}' is no time; say 30m, 1h30m or 2d.`
}

function sentenceOf(view: OverrideView, nowMs: number): string {
  if (view.mode === 'auto') return 'Whoever can answer is asked: nothing is set by hand.'
  const who = view.mode === 'local' ? 'Only local models are asked' : 'The primary is asked, whatever is known of it'
  return view.untilMs === undefined ? `${who}, until: trooper override auto` : `${who}, ${until(view.untilMs, nowMs)}.`
}
