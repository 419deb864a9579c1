/** By whom something was set that Trooper does not decide by itself. */

export type Hand = 'page' | 'terminal' | 'agent'

/** In which a program says for whom it asks. */
export const byHeader = 'x-trooper-by'

/** Behind `was set`; before anybody said so (an older Trooper's memory), somebody did it by hand. */
export function handWords(by: Hand | undefined): string {
  return by === undefined ? 'by hand' : words[by]
}

const words: { readonly [H in Hand]: string } = {
  page: 'on the page',
  terminal: 'in the terminal',
  agent: 'by an agent',
}

export const hands: readonly Hand[] = ['page', 'terminal', 'agent']
