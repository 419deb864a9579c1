// The clients: takes one job a line on stdin, gives one result a line on stdout. Every answer is compared byte by byte;
// a wrong, cut or late one fails the job. A job named `idle` opens streams that say nothing more, and one named `leave` closes them. Raw TCP where requests are counted, so that the load is never the bottleneck.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { buildConnector, Pool } from 'undici'
import {
  begunFrames,
  briefFrames,
  largeAnswer,
  largeRequest,
  requestHeaders,
  requestOnWire,
  shortAnswer,
  shortRequest,
  streamFrames,
  streamRequest,
} from './fixtures.mjs'

const endpoint = '/v1/messages'
/** No job of the benchmark takes a quarter of this. */
const jobLimitMs = 60_000

/** What is asked and what must come back. */
const cases = {
  json: { path: endpoint, body: shortRequest, expected: shortAnswer },
  upload: { path: endpoint, body: largeRequest, expected: shortAnswer },
  download: { path: `${endpoint}?answer=large`, body: shortRequest, expected: largeAnswer },
  stream: streamCase('stream', streamFrames),
  brief: streamCase('brief', briefFrames),
}

function streamCase(answer, frames) {
  return { path: `${endpoint}?answer=${answer}`, body: streamRequest, expected: Buffer.concat(frames), isStream: true }
}

/** `job`: {name, port, connections, requests}. All connections draw on one count of requests. */
async function run(job) {
  const tally = { job, started: 0, reads: 0, latenciesMs: [], stop: () => {} }
  const startedAtMs = performance.now()
  const timeout = setTimeout(() => tally.stop(new Error(`${job.name}: not done in ${jobLimitMs} ms`)), jobLimitMs)
  try {
    await (cases[job.name].isStream ? runStreams(tally) : runRequests(tally))
  } finally {
    clearTimeout(timeout)
  }
  const completed = tally.latenciesMs.length
  if (completed !== job.requests) throw new Error(`${job.name}: ${completed} of ${job.requests} answers came`)
  return {
    completed,
    reads: tally.reads,
    elapsedMs: performance.now() - startedAtMs,
    ...percentiles(tally.latenciesMs),
  }
}

function percentiles(latenciesMs) {
  const sorted = Float64Array.from(latenciesMs).sort()
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

async function runRequests(tally) {
  const { name, port, connections } = tally.job
  const { path, body, expected } = cases[name]
  const request = requestOnWire(port, path, body)
  const open = Array.from({ length: connections }, () => new Connection(tally, request, expected))
  tally.stop = (error) => open.forEach((connection) => connection.close(error))
  await Promise.all(open.map((connection) => connection.done))
}

/** One kept-alive connection that asks again as soon as it is answered. */
class Connection {
  #tally
  #request
  #expected
  #socket
  #head = ''
  /** How much of the body has come; -1 before the head is whole. */
  #at = -1
  #askedAtMs = 0

  constructor(tally, request, expected) {
    this.#tally = tally
    this.#request = request
    this.#expected = expected
    this.done = new Promise((resolve, reject) => {
      // One buffer for all reads: the load must not spend its core on garbage.
      const onread = {
        buffer: Buffer.allocUnsafe(256 * 1024),
        callback: (size, buffer) => this.#read(buffer.subarray(0, size)),
      }
      this.#socket = connect({ host: '127.0.0.1', port: tally.job.port, noDelay: true, onread }, () => this.#ask())
      this.#socket.on('error', reject)
      this.#socket.on('close', () => (this.#askedAtMs === 0 ? resolve() : reject(new Error('The proxy hung up.'))))
    })
  }

  close(error) {
    this.#socket.destroy(error)
  }

  #ask() {
    this.#askedAtMs = 0
    const { job } = this.#tally
    if (this.#tally.started >= job.requests) return this.close()
    this.#tally.started += 1
    this.#askedAtMs = performance.now()
    this.#socket.write(this.#request)
  }

  #read(bytes) {
    const body = this.#at === -1 ? this.#readHead(bytes) : bytes
    if (body !== undefined) this.#readBody(body)
    return true
  }

  /** Gives what follows the head, once it is whole. */
  #readHead(bytes) {
    this.#head += bytes.latin1Slice()
    const end = this.#head.indexOf('\r\n\r\n') + 4
    if (end === 3) return undefined
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#head)?.[1]
    if (!this.#head.startsWith('HTTP/1.1 200 ') || Number(length) !== this.#expected.length)
      return this.close(new Error(`Wrong head: ${JSON.stringify(this.#head.slice(0, end))}`))
    const rest = this.#head.length - end
    this.#head = ''
    this.#at = 0
    return bytes.subarray(bytes.length - rest)
  }

  #readBody(bytes) {
    const end = this.#at + bytes.length
    if (!isPart(this.#expected, this.#at, bytes)) return this.close(new Error(`Wrong byte at ${this.#at} or after it`))
    this.#at = end
    if (end < this.#expected.length) return
    this.#at = -1
    this.#tally.latenciesMs.push(performance.now() - this.#askedAtMs)
    this.#ask()
  }
}

function isPart(whole, at, bytes) {
  return at + bytes.length <= whole.length && whole.compare(bytes, 0, bytes.length, at, at + bytes.length) === 0
}

async function runStreams(tally) {
  const { port, connections } = tally.job
  const connect = countingConnector(tally)
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, connect, headersTimeout: 0, bodyTimeout: 0 })
  tally.stop = (error) => pool.destroy(error)
  await Promise.all(Array.from({ length: connections }, () => streamInTurn(tally, pool)))
  await pool.close()
}

/** Counts what the sockets hand over: where the machine stalls, chunks gather on the way and then cost less than one by one. */
function countingConnector(tally) {
  const open = buildConnector({})
  return (options, callback) =>
    open(options, (error, socket) => {
      socket?.on('readable', () => (tally.reads += 1))
      callback(error, socket)
    })
}

const idle = []
const lastBegun = streamFrames[begunFrames - 1].toString()

async function openIdle({ port, connections }) {
  const request = requestOnWire(port, `${endpoint}?answer=begun`, streamRequest)
  for (let at = 0; at < connections; at += 1) idle.push(await openStream(port, request))
  return { completed: idle.length }
}

/** Resolves when everything has come that will come. */
function openStream(port, request) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => socket.write(request))
    let text = ''
    socket.on('error', reject).on('close', () => reject(new Error('The proxy hung up.')))
    socket.on('data', (bytes) => {
      text += bytes.latin1Slice()
      if (text.includes(lastBegun)) resolve(socket)
    })
  })
}

async function leave() {
  for (const socket of idle.splice(0)) socket.destroy()
  return { completed: 0 }
}

const others = { idle: openIdle, leave }

async function streamInTurn(tally, pool) {
  while (tally.started < tally.job.requests) {
    tally.started += 1
    const askedAtMs = performance.now()
    await readStream(pool, cases[tally.job.name])
    tally.latenciesMs.push(performance.now() - askedAtMs)
  }
}

function readStream(pool, { path, body, expected }) {
  return new Promise((resolve, reject) => {
    let at = 0
    pool.dispatch(
      { method: 'POST', path, headers: requestHeaders.flat(), body },
      {
        onRequestStart: () => {},
        onResponseStart: (controller, status) => {
          if (status !== 200) controller.abort(new Error(`Status ${status}`))
        },
        onResponseData: (controller, chunk) => {
          if (!isPart(expected, at, chunk)) controller.abort(new Error(`Wrong byte at ${at} or after it`))
          at += chunk.length
        },
        onResponseEnd: () => (at === expected.length ? resolve() : reject(new Error(`The stream ended at byte ${at}`))),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line)
  process.stdout.write(
    `${JSON.stringify(await (others[job.name] ?? run)(job).catch((error) => ({ problem: error.message })))}\n`,
  )
}
