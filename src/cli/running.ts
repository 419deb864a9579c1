/** The Trooper that runs already, as the commands see it that look at it or steer it: over `/trooper/api`. */
import type { ApiEvent, ExchangesView, OverrideView, ProbeView, StatusView } from '../admin/views.ts'
import { realClock } from '../clock.ts'
import { dataFolder } from '../config/data-folder.ts'
import type { Whereabouts } from '../config/load.ts'
import { isObject, objectOf, parseJson, stringOf } from '../ir/json.ts'
import { onOneLine } from '../observe/log/one-line.ts'
import { readInstallToken } from '../state/install-token.ts'
import { callTrooper, type Secrets, type TrooperCall } from '../upstream/call-trooper.ts'
import { findTrooper, urlAt } from '../upstream/find-trooper.ts'
import { createSseDecoder } from '../wire/sse.ts'
import type { CommandName } from './about.ts'
import { readAlong, type LineEnd } from './read-along.ts'
import { exitConfig, readArguments, readWhereabouts, type Arguments } from './read-settings.ts'
import { complain } from './terminal.ts'

/** What is asked with which method, and what it answers. */
interface Views {
  'GET status': StatusView
  'GET override': OverrideView
  'PUT override': OverrideView
  'POST probe': ProbeView
}

export interface Running {
  url: string
  ask<A extends keyof Views>(what: A, body?: object): Promise<Views[A]>
  exchanges(limit: number): Promise<ExchangesView>
  /** Calls for every event; resolves when the line is lost, and rejects when there is none to be had. */
  follow(onEvent: (event: ApiEvent) => void): Promise<LineEnd>
}

/** Finds it and does the work; a problem is one sentence. `names`: how many words the command takes that are no flags. */
export async function atRunning(
  argv: string[],
  command: CommandName,
  names: number,
  work: (running: Running, given: Extract<Arguments, { ok: true }>) => Promise<number>,
): Promise<number> {
  const given = readArguments(argv, command, names)
  if (!given.ok) return complain(given.problem, exitConfig)
  const read = readWhereabouts(given.flags)
  if (!read.ok) return complain(read.problem, exitConfig)
  try {
    return await work(await findRunning(read.values), given)
  } catch (error) {
    return complain(error instanceof Error ? error.message : 'Trooper could not be asked.', 1)
  }
}

async function findRunning({ host, port, token, dataDir }: Whereabouts): Promise<Running> {
  const url = urlAt(host, port)
  if (!(await findTrooper(host, port)))
    throw new Error(`No Trooper answers at ${url}; start one with: trooper, or say where it is with --host and --port.`)
  const secrets = { installToken: readInstallToken(dataFolder({ dataDir })), token }
  const open = (path: string, method = 'GET', more: Pick<TrooperCall, 'body' | 'signal'> = {}): Promise<Response> =>
    reach(url, { method, path: `/${path}`, by: 'terminal', ...more }, secrets)
  return {
    url,
    ask: async (what, body) => {
      const [method = 'GET', path = ''] = what.split(' ')
      const answer = await open(path, method, { body })
      return JSON.parse(await answer.text(), onOneLineEach)
    },
    exchanges: async (limit) => JSON.parse(await (await open(`exchanges?limit=${limit}`)).text(), onOneLineEach),
    follow: (onEvent) => readAlong((signal) => open('events', 'GET', { signal }), eventReader(onEvent), realClock),
  }
}

async function reach(url: string, call: TrooperCall, secrets: Secrets): Promise<Response> {
  const answer = await callTrooper(url, call, secrets).catch(() => undefined)
  if (!answer) throw new Error(`The Trooper at ${url} does not answer any more.`)
  if (answer.ok) return answer
  const said = parseJson(await answer.text())
  const message = isObject(said) ? stringOf(objectOf(said['error'])['message']) : undefined
  const unknown = `The Trooper at ${url} answered ${answer.status} at /trooper/api${call.path}; is it of another version?`
  throw new Error(message === undefined ? unknown : onOneLine(message))
}

/** Names of models are a client's words, and those of servers their own: none of them is to drive the terminal on which they are read. */
function onOneLineEach(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? onOneLine(value) : value
}

/** An event of a newer Trooper that is not known here is for others. */
const known: readonly ApiEvent['event'][] = ['status', 'exchange', 'drill']

/** Reads events out of bytes. */
function eventReader(onEvent: (event: ApiEvent) => void): (bytes: Uint8Array) => void {
  const decoder = createSseDecoder(({ event, data }) => {
    if (known.some((name) => name === event)) onEvent(JSON.parse(`{"event":"${event}","data":${data}}`, onOneLineEach))
  })
  return (bytes) => decoder.feed(bytes)
}
