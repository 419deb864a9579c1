/** `trooper probe`: a target that is left alone is asked by the next request. */
import { atRunning } from './running.ts'
import { print } from './terminal.ts'

export function probe(argv: string[]): Promise<number> {
  return atRunning(argv, 'probe', 1, async (running, { names: [target], switches }) => {
    const view = await running.ask('POST probe', target === undefined ? {} : { target })
    await print(switches.has('json') ? JSON.stringify(view, undefined, 2) : sentenceOf(view.due))
    return 0
  })
}

function sentenceOf(due: readonly string[]): string {
  if (due.length === 0) return 'Nobody is left alone: there is nothing to find out.'
  return `The next request asks ${due.join(' and ')}; its answer decides for all.`
}
