// What is counted, and how much of it makes a sample.
import { largeAnswer, largeRequest, streamFrames } from './fixtures.mjs'

const mebi = 1024 * 1024

/**
 * `requests`: of one sample, half a second of CPU or more, as /proc counts in 10 ms; `units`: how many of the measured unit
 * one answer is; `warmUp`: requests before the first sample, so that the compilers are done; `leastReads`: how many pieces an
 * answer must arrive in, for where the machine stalls, chunks gather on the way and cost less than one by one.
 */
export const measures = [
  { name: 'json', label: 'JSON request', connections: 32, requests: 5000, warmUp: 20_000, units: 1 },
  {
    name: 'stream',
    label: 'SSE chunk, 64 streams',
    connections: 64,
    requests: 128,
    warmUp: 128,
    units: streamFrames.length,
    leastReads: 0.9 * streamFrames.length,
  },
  {
    name: 'upload',
    label: 'MB of request',
    connections: 8,
    requests: 200,
    warmUp: 200,
    units: largeRequest.length / mebi,
  },
  {
    name: 'download',
    label: 'MB of answer',
    connections: 8,
    requests: 250,
    warmUp: 250,
    units: largeAnswer.length / mebi,
  },
]

/** One request at a time: what a proxy adds when nobody else is there. */
export const latency = { name: 'json', connections: 1, requests: 1000 }

/** Exchanges of each kind of failure. */
export const recoveries = { warmUp: 200, rounds: 400 }

/** So many that nothing else counts. */
export const idleStreams = 2000
