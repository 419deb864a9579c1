/** What holds of every race, whatever has happened in it. */
import { expect } from 'vitest'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { arrayOf, isObject, objectOf, parseJson, stringOf, type JsonObject } from '../../src/ir/json.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { demand } from '../conformance/demand.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { readOllama } from '../conformance/strict-ollama-client.ts'
import type { Player, RaceRun } from './race-run.ts'
import type { Speaker } from './race-speaker.ts'

/** What a client has heard. */
interface Heard {
  words: string
  calls: string[]
  isFailed: boolean
}

export function checkRace(run: RaceRun): void {
  const entries = run.stage.journal().toReversed()
  expect(entries).toHaveLength(run.players.length)
  for (const [at, player] of run.players.entries()) checkPlayer(player, entries[at])
  expect(run.stage.queues()).toEqual([])
  run.stage.stop()
  demand(run.stage.pending() === 0, `clocks still go: ${run.stage.clock.nextInMs} ms`)
}

function checkPlayer(player: Player, entry: Entry | undefined): void {
  expect(player.fault).toBeUndefined()
  demand(player.isOver, 'the exchange hangs')
  demand(entry !== undefined, 'no entry in the journal')
  const { reply, leftWith } = player
  if (leftWith === undefined) {
    expect(reply).toMatchObject({ heads: 1, isOver: true })
    checkAnswer(player, entry)
  } else expect(reply.text).toBe(leftWith)
  checkCalls(player)
  checkEntry(player, entry)
}

/** One whole answer, or one error, as its dialect has them; from one target, or from several behind one another. */
function checkAnswer(player: Player, entry: Entry): void {
  const heard = hear(player)
  expect(entry.end.is).toBe(heard.isFailed ? 'failed' : 'answered')
  const runs = runsOf(heard.words)
  for (const { mark, places } of runs) {
    const of = player.speakers.find((speaker) => speaker.mark === mark)
    demand(of !== undefined, `words of nobody: ${mark}`)
    expect(places).toEqual([0, 1, 2].slice(0, places.length))
  }
  const seams = entry.attempts.filter(({ how }) => how === 'seam').length
  demand(runs.length <= 1 + seams, `${runs.length} targets in one answer, with ${seams} seams`)
  const last = runs.at(-1)
  // Whoever goes on may do so with a call instead of words.
  const goesOnWithCall = seams > 0 && heard.calls.some((input) => markIn(input) !== last?.mark)
  if (!heard.isFailed && last && !goesOnWithCall) expect(last.places).toHaveLength(3)
  for (const input of heard.calls)
    demand(isOneOf(player.speakers, input) || heard.isFailed, `a call of nobody: ${input}`)
  for (const speaker of player.speakers) checkHeardOut(speaker, heard, entry)
  checkHeaders(player)
  if (entry.end.is !== 'answered') return
  const { target } = entry.end
  const spoke = player.speakers.filter((speaker) => speaker.target === target && speaker.hasSpoken)
  demand(spoke.length > 0, `${target} has not said anything, and answered`)
  const mark = [...runs.map((found) => found.mark), ...heard.calls.map(markIn)].at(-1)
  if (mark !== undefined) expect(spoke.map((speaker) => speaker.mark)).toContain(mark)
}

/** Who says its answer to the end to somebody who listens, has answered. */
function checkHeardOut({ isHeardOut, call }: Speaker, heard: Heard, entry: Entry): void {
  const isSeam = /[abc]\d+[wt]\d/.test(call.body) || entry.attempts.some(({ how }) => how === 'seam')
  if (isHeardOut && !isSeam) expect(heard.isFailed).toBe(false)
}

/** A head that names who answers names somebody who has said something: thoughts, where no word is heard of it. */
function checkHeaders({ reply: { headers }, speakers }: Player): void {
  const at = headers.indexOf('X-Trooper-Provider')
  const spoke = speakers.filter(({ hasSpoken }) => hasSpoken).map(({ target }) => target)
  if (at !== -1) expect(spoke).toContain(headers[at + 1])
  expect(headers.filter((name) => name.toLowerCase() === 'content-type')).toHaveLength(1)
}

function isOneOf(speakers: readonly Speaker[], input: string): boolean {
  return speakers.some(({ mark }) => mark === markIn(input))
}

function markIn(input: string): string | undefined {
  return stringOf(objectOf(parseJson(input))['of'])
}

interface Run {
  mark: string
  places: number[]
}

function runsOf(text: string): Run[] {
  const runs: Run[] = []
  for (const [, mark = '', place] of text.matchAll(/([abc]\d+)w(\d)/g)) {
    const last = runs.at(-1)
    if (last?.mark === mark) last.places.push(Number(place))
    else runs.push({ mark, places: [Number(place)] })
  }
  return runs
}

/** No call goes on when its exchange is over, and what is said in one all the same reaches nobody. */
function checkCalls({ speakers, reply }: Player): void {
  const { text } = reply
  for (const speaker of speakers) {
    // undici gets to it later, and drops it.
    if (!speaker.isOver) speaker.step()
    demand(speaker.isOver || speaker.isHeardOut, `a call to ${speaker.target} goes on`)
    speaker.sayTheRest()
  }
  expect(reply.text).toBe(text)
}

function checkEntry({ leftWith, speakers }: Player, { attempts, end }: Entry): void {
  expect(attempts.filter(({ end: { is } }) => is === 'open')).toEqual([])
  const asked = attempts.filter(({ end: { is } }) => is !== 'skipped')
  demand(asked.length >= speakers.length, `${speakers.length} calls, and ${asked.length} attempts`)
  const answered = attempts.filter(({ end: { is } }) => is === 'answered')
  demand(answered.length <= 1, 'two have answered')
  for (const { target, end: lost, contentMs } of attempts)
    demand(lost.is !== 'lost' || contentMs === undefined, `${target} spoke, and was given up`)
  for (const [at, { target, end: failed }] of attempts.entries()) {
    if (failed.is !== 'failed' || failed.reason !== 'timeout') continue
    demand(
      attempts.slice(at + 1).every((later) => later.target !== target),
      `${target} was silent, and was asked again`,
    )
  }
  const gone = attempts.filter(({ end: of }) => of.is === 'failed' && of.reason === 'client-gone')
  if (leftWith === undefined) expect(gone).toEqual([])
  else expect(end.is === 'gone' || end.is === 'answered').toBe(true)
}

function hear({ plan, reply }: Player): Heard {
  const { text, headers } = reply
  const type = headers[headers.findIndex((name) => name.toLowerCase() === 'content-type') + 1] ?? ''
  if (type.startsWith('application/json')) return hearWhole(plan.dialect, objectOf(parseJson(text)))
  demand(plan.stream, 'a stream that was not asked for')
  if (plan.dialect === 'ollama') {
    const { lines, ending } = readOllama(text)
    const messages = lines.map(({ message }) => objectOf(message))
    return {
      words: messages.map(({ content }) => stringOf(content) ?? '').join(''),
      calls: callsOf(messages),
      isFailed: ending === 'failed',
    }
  }
  const { texts, calls, ending } = strictClients[plan.dialect](ended(plan.dialect, text))
  return { words: texts.join(' '), calls: calls.map(({ input }) => input), isFailed: ending === 'failed' }
}

/** A missing `[DONE]` is fine where a finish was seen (providers.md 3.3). */
function ended(dialect: ClientDialectName, text: string): string {
  return dialect !== 'openai-chat' || text.includes('data: [DONE]') ? text : `${text}data: [DONE]\n\n`
}

function hearWhole(dialect: ClientDialectName, body: JsonObject): Heard {
  if (isError(dialect, body)) return { words: '', calls: [], isFailed: true }
  const blocks = blocksOf(dialect, body)
  return { words: blocks.map(wordsOf).join(' '), calls: callsOf(blocks), isFailed: false }
}

function isError(dialect: ClientDialectName, body: JsonObject): boolean {
  const { error } = body
  if (error === undefined || error === null) return false
  if (dialect === 'ollama') demand(typeof error === 'string', 'an error that is no text')
  else demand(isObject(error) && typeof error['message'] === 'string', 'an error without a message')
  if (dialect === 'anthropic') demand(body['type'] === 'error', 'an error that does not say so')
  return true
}

function blocksOf(dialect: ClientDialectName, body: JsonObject): JsonObject[] {
  switch (dialect) {
    case 'anthropic':
      demand(body['type'] === 'message' && stringOf(body['stop_reason']) !== undefined, 'no whole message')
      return arrayOf(body['content']).map(objectOf)
    case 'openai-chat': {
      const choice = objectOf(arrayOf(body['choices'])[0])
      demand(body['object'] === 'chat.completion' && stringOf(choice['finish_reason']) !== undefined, 'no completion')
      return [objectOf(choice['message'])]
    }
    case 'openai-responses':
      demand(body['object'] === 'response' && body['status'] === 'completed', 'no whole response')
      return arrayOf(body['output']).map(objectOf)
    case 'ollama':
      demand(body['done'] === true, 'an answer that is not done')
      return [objectOf(body['message'])]
  }
}

function wordsOf(block: JsonObject): string {
  const { type, text, content } = block
  if (type === 'thinking' || type === 'reasoning') return ''
  const parts = arrayOf(content).map((part) => stringOf(objectOf(part)['text']) ?? '')
  return [stringOf(text) ?? '', stringOf(content) ?? '', ...parts].join('')
}

/** Their arguments, as JSON. */
function callsOf(blocks: readonly JsonObject[]): string[] {
  return blocks.flatMap((block) => {
    if (block['type'] === 'tool_use') return [JSON.stringify(block['input'])]
    if (block['type'] === 'function_call') return [stringOf(block['arguments']) ?? '']
    return arrayOf(block['tool_calls']).map((call) => {
      const input = objectOf(objectOf(call)['function'])['arguments']
      return stringOf(input) ?? JSON.stringify(input)
    })
  })
}
