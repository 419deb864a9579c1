/**
 * How much of a conversation has to go for the rest to fit, and which part first. Each stage goes only as far as needed:
 *
 *  1. results of tools before the recent turns are shrunk, and long texts in the arguments of calls, oldest first;
 *  2. messages before the recent turns are left out, oldest first, and a note says what was in them.
 * The recent turns are the last two words of the user and everything behind them. Where they alone are too long, as in a long loop of tools:
 *  3. their results and arguments are shrunk, oldest first, all but the newest step's;
 *  4. their thoughts are left out;
 *  5. images are left out, oldest first, all but the newest one and those of the newest step;
 *  6. their steps are left out, oldest first, all but the newest. What the user said stays.
 * And where even that is too long, as a last resort:
 *  7. images are left out, oldest first, no more than must be;
 *  8. notes say only that something was left out;
 *  9. every text loses its middle, the newest and the user's too; then the descriptions of tools are shortened.
 * The system's words stay whole always, calls and results together.
 *
 * A cut goes down to a share of the window, and the next turns keep it until the window is full again: until then each begins with
 * the same tokens as the one before, and the engine reads only what is new.
 */
import type { ChatRequest } from '../../ir/request.ts'
import type { Steps } from '../../ir/steps.ts'
import type { Count } from '../count/count.ts'
import { measure, type Sizes } from './cut-sizes.ts'
import { nothingCut, type Cut } from './cut.ts'
import { turnsOf, type Turns } from './turns.ts'

/** Down to this share of what fits. */
const goalShare = 0.7
/** A cut that was made for much less, by an estimate that turned out too high or in a smaller window, is made anew. */
const muchMore = 1.2
/** Of what fits, for what notes say. */
const noteShare = 0.1
/** Of what fits, for all notes or for one result, where a cut leaves room below its goal. */
const roomyShare = 0.25
const mostNoteTokens = 6000
/** Of what fits, for a result that is shrunk. */
const resultShare = 1 / 50
const resultTokens = { least: 80, most: 800 }
/** Shorter texts are never cut. */
const leastText = 48
/** In the order in which they are tried. */
const toolTokens = [undefined, 120, 40, 12] as const

export type Plan =
  | { type: 'whole' }
  /** `isNew`: the last turn of this conversation was cut otherwise, or not at all. */
  | { type: 'cut'; cut: Cut; isNew: boolean }
  /** What stays whole always is longer than the window. */
  | { type: 'too-long'; tokens: number }

export interface Wishes {
  /** By the same count. */
  budget: number
  /** Off: notes say only that something was left out. */
  summaries: boolean
  /** How the last turn of the conversation was cut. */
  before: Cut | undefined
}

export function* planCut(request: ChatRequest, count: Count, { budget, summaries, before }: Wishes): Steps<Plan> {
  const sizes = yield* measure(request, count)
  if (sizes.total(nothingCut) <= budget) return { type: 'whole' }
  const known = before && budget <= before.budget * muchMore ? before : undefined
  if (known && sizes.total(known) <= budget) return { type: 'cut', cut: known, isNew: false }
  const turns = turnsOf(request.messages)
  yield
  const begun: Cut = {
    ...(known ?? nothingCut),
    budget,
    resultTokens: clamp(Math.round(budget * resultShare), resultTokens.least, resultTokens.most),
    kept: [...turns.head, ...turns.asked],
    noteTokens: summaries ? Math.min(mostNoteTokens, Math.round(budget * noteShare)) : 0,
    textTokens: undefined,
    toolTokens: undefined,
  }
  const goal = budget * goalShare
  const cut = cutOld(begun, turns, sizes, goal)
  if (sizes.total(cut) <= budget) return { type: 'cut', cut: roomier(cut, sizes, goal), isNew: true }
  yield
  const deep = cutRecent(cut, turns, sizes, goal)
  if (sizes.total(deep) <= budget) return { type: 'cut', cut: roomier(deep, sizes, goal), isNew: true }
  yield
  const blind = cutImages(deep, Number.POSITIVE_INFINITY, sizes, budget)
  if (sizes.total(blind) <= budget) return { type: 'cut', cut: blind, isNew: true }
  const last = yield* cutAnything({ ...blind, noteTokens: 0 }, deep.imagesLeftOut, sizes, budget)
  return last ? { type: 'cut', cut: last, isNew: true } : { type: 'too-long', tokens: sizes.total(nothingCut) }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

/** What a cut leaves free below its goal: one half for what is shrunk, the other for what is said of the rest. */
function roomier(cut: Cut, sizes: Sizes, goal: number): Cut {
  return withRoomyNotes(withRoomyResults(cut, sizes, (goal + sizes.total(cut)) / 2), sizes, goal)
}

function withRoomyResults(cut: Cut, sizes: Sizes, goal: number): Cut {
  let found = cut
  for (let tokens = cut.resultTokens * 1.2; tokens < cut.budget * roomyShare; tokens *= 1.2) {
    const longer = { ...cut, resultTokens: Math.round(tokens) }
    if (sizes.total(longer) > goal) break
    found = longer
  }
  return found
}

function withRoomyNotes(cut: Cut, sizes: Sizes, goal: number): Cut {
  if (cut.noteTokens === 0) return cut
  const free = Math.floor(goal - sizes.total(cut))
  const most = Math.min(mostNoteTokens, Math.floor(cut.budget * roomyShare))
  return { ...cut, noteTokens: clamp(cut.noteTokens + free, cut.noteTokens, Math.max(cut.noteTokens, most)) }
}

function cutOld(cut: Cut, { recentFrom, joints }: Turns, sizes: Sizes, goal: number): Cut {
  const shrunk = advance(cut, 'shrunkBefore', [...joints, recentFrom], recentFrom, sizes, goal)
  return advance(shrunk, 'droppedBefore', [...joints, recentFrom], recentFrom, sizes, goal)
}

function cutRecent(cut: Cut, { newestFrom, joints }: Turns, sizes: Sizes, goal: number): Cut {
  const shrunk = advance(cut, 'shrunkBefore', joints, newestFrom, sizes, goal)
  const thoughtless = advance(shrunk, 'thoughtlessBefore', joints, newestFrom, sizes, goal)
  const images = Math.min(sizes.imagesBefore[newestFrom] ?? 0, (sizes.imagesBefore.at(-1) ?? 0) - 1)
  const blind = cutImages(thoughtless, images, sizes, goal)
  return advance(blind, 'droppedBefore', joints, newestFrom, sizes, goal)
}

function cutImages(cut: Cut, most: number, sizes: Sizes, goal: number): Cut {
  const images = Array.from({ length: sizes.imagesBefore.at(-1) ?? 0 }, (_, at) => at + 1)
  return advance(cut, 'imagesLeftOut', images, most, sizes, goal)
}

/** The nearest place with which the goal is met, else the last one before `end`. What is in sight already is left alone. */
function advance(
  cut: Cut,
  field: 'shrunkBefore' | 'thoughtlessBefore' | 'droppedBefore' | 'imagesLeftOut',
  joints: readonly number[],
  end: number,
  sizes: Sizes,
  goal: number,
): Cut {
  if (sizes.total(cut) <= goal) return cut
  const places = joints.filter((at) => at > cut[field] && at <= end)
  const at = (place: number): Cut => ({ ...cut, [field]: places[place] ?? cut[field] })
  let low = 0
  let high = places.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sizes.total(at(middle)) <= goal) high = middle
    else low = middle + 1
  }
  const found = at(high)
  // A note may be longer than the little that it stands for.
  return sizes.total(found) < sizes.total(cut) ? found : cut
}

/** The manuals of tools go before the user's words become unreadable. Images, if `leastImages` of them are missing at least, get what is left. */
function* cutAnything(cut: Cut, leastImages: number, sizes: Sizes, budget: number): Steps<Cut | undefined> {
  const readable = Math.max(leastText, Math.round(budget / 10))
  for (const texts of [readable, leastText]) {
    for (const tools of toolTokens) {
      yield
      const least: Cut = { ...cut, toolTokens: tools, textTokens: texts }
      if (sizes.total(least) > budget) continue
      const roomy = yield* roomiest(least, texts, sizes, budget)
      return cutImages({ ...roomy, imagesLeftOut: leastImages }, roomy.imagesLeftOut, sizes, budget)
    }
  }
  return undefined
}

/** With texts as long as they may be. */
function* roomiest(cut: Cut, texts: number, sizes: Sizes, budget: number): Steps<Cut> {
  let found = cut
  for (let longer = texts * 1.2; longer < budget; longer *= 1.2) {
    yield
    const roomier: Cut = { ...cut, textTokens: Math.round(longer) }
    if (sizes.total(roomier) > budget) break
    found = roomier
  }
  return found
}
