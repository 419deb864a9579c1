/** From a client's request to what one target is asked: its model, its eyes and ears, its template, its window. */
import { imageUrlsOf, makeShowable, type FetchedImages } from '../context/showable.ts'
import { warnOfExtras } from '../context/extras.ts'
import { withKnownRoles } from '../context/later-system.ts'
import { keepMessagesRules } from '../context/messages-rules.ts'
import { withKnownTools } from '../context/plain-tools.ts'
import { withKnownReasoning } from '../context/reasoning.ts'
import { satisfyTemplate } from '../context/strict-template.ts'
import { withoutHalfPairs, withResultsInPlace } from '../context/tool-pairs.ts'
import { withoutTools } from '../context/without-tools.ts'
import type { ChatRequest, Warn } from '../ir/request.ts'
import { modelAt } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import type { ImageFetcher } from '../upstream/fetch-image.ts'
import type { Services } from './outcome.ts'

export async function prepareRequest(
  services: Services,
  request: ChatRequest,
  target: Target,
  warn: Warn,
): Promise<ChatRequest> {
  const placed = { ...request, messages: withResultsInPlace(request.messages) }
  const named = withKnownTools({ ...placed, model: modelAt(target, request.model) }, target)
  warnOfExtras(named, target.dialect, warn)
  if (target.kind === 'cloud') return prepareForCloud(named, target, warn)
  const engine = services.engines.at(target)
  const { tools, vision } = await engine.capabilities(target)
  const fetched = vision ? await fetchImages(named, services.images) : new Map()
  const sight = { dialect: target.dialect, images: vision, imageUrls: false, documents: false, fetched }
  const seen = makeShowable(named, sight, warn)
  return engine.prepare(satisfyTemplate(tools ? seen : withoutTools(seen, warn), warn), target)
}

function prepareForCloud(request: ChatRequest, { dialect }: Target, warn: Warn): ChatRequest {
  const paired = { ...request, messages: withoutHalfPairs(request.messages, warn) }
  const seen = makeShowable(paired, { ...cloudSight, dialect }, warn)
  return withKnownReasoning(keepMessagesRules(withKnownRoles(seen, dialect), dialect), dialect, warn)
}

/** Providers read all of them; one that does not says so itself, in words for the client. */
const cloudSight = { images: true, imageUrls: true, documents: true, fetched: new Map() }

/** The images that the conversation only names. */
async function fetchImages(request: ChatRequest, images: ImageFetcher): Promise<FetchedImages> {
  const found = await Promise.all(imageUrlsOf(request).map(async (url) => [url, await images.fetch(url)] as const))
  return new Map(found.flatMap(([url, image]) => (image ? [[url, image] as const] : [])))
}
