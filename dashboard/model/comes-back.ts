/** Whether Trooper is there again after it was not: it may be another version of it. */
import type { Change } from './apply.ts'
import type { Model } from './model.ts'

export function comesBack({ link }: Pick<Model, 'link'>, changes: readonly Change[]): boolean {
  const heard = changes.flatMap((change) => (change.type === 'link' ? [change.link.is] : []))
  // One that is lost may want a token before it lets the page in again.
  return (
    heard.at(-1) === 'live' && [link.is, ...heard].some((is) => is === 'lost' || is === 'locked' || is === 'asleep')
  )
}
