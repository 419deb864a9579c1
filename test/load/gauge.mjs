// Loaded into the program under test (`node --expose-gc --import`): tells, when a line on stdin asks, what the process holds on to.
// stdin: a word and a number; stdout: one line of JSON with that number. The words: `restart` the measure of the event loop, `count` the
// sockets, `gauge` everything.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { queryObjects } from 'node:v8'

const delay = monitorEventLoopDelay({ resolution: 1 })
const timer = setTimeout(() => {}, 0)

/** What an exchange consists of: of none of them may one be left. */
const kinds = { sockets: Socket, requests: IncomingMessage, answers: ServerResponse, timers: timer.constructor }

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => tell(line.split(' ')))
// Without this it would outlive the test.
lines.on('close', () => process.exit(0))
process.stdin.unref()

async function tell([word, number]) {
  if (word === 'restart') {
    delay.reset()
    delay.enable()
    return print({ restarted: Number(number) })
  }
  // What is finished in one turn can be freed in the next.
  for (let turn = 0; turn < 3; turn += 1) await setImmediate()
  if (word === 'count') return print({ counted: Number(number), sockets: countOf(kinds.sockets) })
  delay.disable()
  globalThis.gc()
  print({ gauge: Number(number), ...state() })
}

/** Frees what can be freed before it counts. */
function countOf(kind) {
  return queryObjects(kind, { format: 'count' })
}

function state() {
  const living = Object.entries(kinds).map(([name, kind]) => [name, countOf(kind)])
  return {
    heapBytes: process.memoryUsage().heapUsed,
    objects: Object.fromEntries(living),
    resources: process.getActiveResourcesInfo().toSorted(),
    delayMs: { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
  }
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
