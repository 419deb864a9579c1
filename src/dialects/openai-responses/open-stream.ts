/** A Responses stream that begins before its answer: one id and one numbering for all that is written of it (providers.md 3.4). */
import type { ChatRequest } from '../../ir/request.ts'
import type { OpenStream } from '../dialect.ts'
import { createEncoder, createPlace, writeSign } from './encoder.ts'

export function openStream(request: ChatRequest): OpenStream {
  const place = createPlace()
  return {
    hasBegun: () => place.opening.isAnnounced,
    sign: (identity) => writeSign(place, identity, request),
    createEncoder: (identity) => createEncoder(identity, request, place),
  }
}
