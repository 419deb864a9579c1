/** From a client's request to what one target can be asked: its model, its eyes and ears, its template. Its window: window.ts. */
import { imageUrlsOf, makeShowable, type FetchedImages } from '../../context/adapt/showable.ts'
import { withoutChangingLines } from '../../context/adapt/changing-lines.ts'
import { adaptForProvider } from '../../context/adapt/for-provider.ts'
import { warnOfExtras } from '../../context/adapt/extras.ts'
import { withKnownReasoning } from '../../context/adapt/reasoning.ts'
import { satisfyTemplate } from '../../context/adapt/strict-template.ts'
import { withoutTools } from '../../context/adapt/without-tools.ts'
import type { ChatRequest, Warn } from '../../ir/request.ts'
import { allAtOnce, type Steps } from '../../ir/steps.ts'
import { modelAt } from '../../routing/model-map.ts'
import type { Target } from '../../routing/target.ts'
import type { ImageFetcher } from '../../upstream/fetch-image.ts'
import type { Capabilities } from '../../engines/engine.ts'
import type { Services } from '../outcome.ts'
import { inSteps } from '../in-steps.ts'
import { isHome, type Asking } from '../payer.ts'

/** What has to be known of a target to write for it. */
export type PlainTarget = Pick<Target, 'kind' | 'dialect' | 'quirks'>

export async function prepareRequest(
  services: Services,
  incoming: Asking,
  request: ChatRequest,
  target: Target,
  warn: Warn,
): Promise<ChatRequest> {
  const named = { ...request, model: modelAt(target, request.model) }
  warnOfExtras(named, target.dialect, warn)
  if (target.kind === 'cloud') return prepareForCloud(named, target, warn, isHome(services, incoming, target))
  const engine = await services.engines.at(target)
  const { can } = await engine.facts(target)
  const fetched: FetchedImages = can.vision ? await fetchImages(named, services.images) : new Map()
  return inSteps(services.clock, writeForLocal(named, target, can, fetched, warn))
}

export function prepareForLocal(...asked: Parameters<typeof writeForLocal>): ChatRequest {
  return allAtOnce(writeForLocal(...asked))
}

function* writeForLocal(
  request: ChatRequest,
  target: PlainTarget,
  { tools, vision }: Capabilities,
  fetched: FetchedImages,
  warn: Warn,
): Steps<ChatRequest> {
  const sight = { ...localSight, dialect: target.dialect, images: vision, fetched }
  yield
  const steady = withoutChangingLines(request)
  yield
  const fitting = adaptForProvider(steady, target, warn)
  yield
  const seen = makeShowable(fitting, sight, warn)
  yield
  const prepared = satisfyTemplate(tools ? seen : withoutTools(seen, warn), warn)
  yield
  return prepared
}

/** `fileIds`: it is where the client put the files that are named by an id. */
export function prepareForCloud(request: ChatRequest, target: PlainTarget, warn: Warn, fileIds = false): ChatRequest {
  const { dialect } = target
  const shown = makeShowable(adaptForProvider(request, target, warn), { ...cloudSight, dialect, fileIds }, warn)
  return withKnownReasoning(shown, dialect, warn)
}

const localSight = { kind: 'local', imageUrls: false, documents: false, fileIds: false } as const

/** Providers read all of them; one that does not says so itself, in words for the client. */
const cloudSight = { kind: 'cloud' as const, images: true, imageUrls: true, documents: true, fetched: new Map() }

/** What a conversation only names may be a stranger's list: its latest images count, as many as a model can look at. */
const mostImages = 20
const mostAtOnce = 4
const mostBase64 = 40 * 1024 * 1024

export async function fetchImages(request: ChatRequest, images: ImageFetcher): Promise<FetchedImages> {
  const latest = imageUrlsOf(request).slice(-mostImages).toReversed()
  const found = new Map<string, { mediaType: string; base64: string }>()
  let length = 0
  for (let at = 0; at < latest.length && length < mostBase64; at += mostAtOnce) {
    const some = latest.slice(at, at + mostAtOnce)
    const fetched = await Promise.all(some.map(async (url) => [url, await images.fetch(url)] as const))
    for (const [url, image] of fetched) {
      if (!image) continue
      length += image.base64.length
      found.set(url, image)
    }
  }
  return found
}
