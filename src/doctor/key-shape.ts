/** Whether a key looks like one of whoever it is sent to; the key itself is never shown. */
import { ownerOf, prefixOf } from '../routing/key-owner.ts'
import { bad, doubtful, good, type Finding } from './finding.ts'

/** `provider`: who answers where the key is sent, by its preset's name; `undefined` for one that is not known. */
export function judgeKey(subject: string, key: string, provider: string | undefined): Finding {
  const owner = ownerOf(key)
  const shape = `set, ${key.length} characters`
  if (provider !== undefined && owner !== undefined && owner !== provider)
    return bad(
      subject,
      `${shape}, in the form of a key of ${owner}, but it is sent to ${provider}`,
      `set the key of ${provider}`,
    )
  const own = provider === undefined ? undefined : prefixOf(provider)
  if (provider !== undefined && own !== undefined && owner === undefined)
    return doubtful(subject, `${shape}, not in the form of a key of ${provider} (${own}…)`)
  return good(subject, owner === undefined ? shape : `${shape}, in the form of a key of ${owner}`)
}
