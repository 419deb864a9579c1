/** From a client's request to what one target is asked: its model, its eyes and ears, its template, its window. */
import { imageUrlsOf, makeShowable, type FetchedImages, type Sight } from '../context/showable.ts'
import { fitTarget } from '../context/fit-target.ts'
import { warnOfExtras } from '../context/extras.ts'
import { withKnownReasoning } from '../context/reasoning.ts'
import { satisfyTemplate } from '../context/strict-template.ts'
import { withoutTools } from '../context/without-tools.ts'
import type { ChatRequest, DialectName, Warn } from '../ir/request.ts'
import { modelAt } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import type { ImageFetcher } from '../upstream/fetch-image.ts'
import type { Capabilities } from '../engines/engine.ts'
import type { Services } from './outcome.ts'

/** What has to be known of a target to write for it. */
export type PlainTarget = Pick<Target, 'kind' | 'dialect' | 'quirks'>

export async function prepareRequest(
  services: Services,
  request: ChatRequest,
  target: Target,
  warn: Warn,
): Promise<ChatRequest> {
  const named = { ...request, model: modelAt(target, request.model) }
  warnOfExtras(named, target.dialect, warn)
  if (target.kind === 'cloud') return prepareForCloud(named, target, warn)
  const engine = services.engines.at(target)
  const can = await engine.capabilities(target)
  const fetched: FetchedImages = can.vision ? await fetchImages(named, services.images) : new Map()
  return engine.prepare(prepareForLocal(named, target, can, fetched, warn), target)
}

export function prepareForLocal(
  request: ChatRequest,
  target: PlainTarget,
  { tools, vision }: Capabilities,
  fetched: FetchedImages,
  warn: Warn,
): ChatRequest {
  const sight = { dialect: target.dialect, images: vision, imageUrls: false, audio: false, fetched }
  const seen = makeShowable(fitTarget(request, target, warn), sight, warn)
  return satisfyTemplate(tools ? seen : withoutTools(seen, warn), warn)
}

export function prepareForCloud(request: ChatRequest, target: PlainTarget, warn: Warn): ChatRequest {
  const { dialect } = target
  const shown = makeShowable(fitTarget(request, target, warn), cloudSights[dialect], warn)
  return withKnownReasoning(shown, dialect, warn)
}

const pictures = { images: true, imageUrls: true, fetched: new Map() }
const pdf = /^application\/pdf$/
const any = /./

/** What each dialect can show at all; a model that cannot read it says so itself, in words for the client. */
const cloudSights: { readonly [D in DialectName]: Sight } = {
  anthropic: { dialect: 'anthropic', ...pictures, documents: pdf, documentUrls: pdf, audio: false },
  'openai-chat': { dialect: 'openai-chat', ...pictures, documents: any, audio: true },
  'openai-responses': { dialect: 'openai-responses', ...pictures, documents: any, documentUrls: any, audio: false },
  ollama: { dialect: 'ollama', ...pictures, imageUrls: false, audio: false },
}

/** The images that the conversation only names. */
async function fetchImages(request: ChatRequest, images: ImageFetcher): Promise<FetchedImages> {
  const found = await Promise.all(imageUrlsOf(request).map(async (url) => [url, await images.fetch(url)] as const))
  return new Map(found.flatMap(([url, image]) => (image ? [[url, image] as const] : [])))
}
