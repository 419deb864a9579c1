// What is counted, and how much of it makes a sample.
import { largeAnswer, largeRequest, streamFrames } from './fixtures.mjs'

const mebi = 1024 * 1024

/**
 * `requests`: of one sample, half a second of CPU or more, as /proc counts in 10 ms; `units`: how many of the measured unit
 * one answer is; `warmUps`: what is asked before the first sample, so that the compilers are done: what is done once a stream
 * is compiled after some thousand of them, for which brief ones do; `leastReads`: how many pieces an
 * answer must arrive in, for where the machine stalls, chunks gather on the way and cost less than one by one.
 */
export const measures = [
  { name: 'json', label: 'JSON request', connections: 32, requests: 5000, units: 1, warmUps: { json: 20_000 } },
  {
    name: 'stream',
    label: 'SSE chunk, 64 streams',
    connections: 64,
    requests: 128,
    warmUps: { brief: 6000, stream: 128 },
    units: streamFrames.length,
    leastReads: 0.9 * streamFrames.length,
  },
  {
    name: 'upload',
    label: 'MB of request',
    connections: 8,
    requests: 200,
    warmUps: { upload: 200 },
    units: largeRequest.length / mebi,
  },
  {
    name: 'download',
    label: 'MB of answer',
    connections: 8,
    requests: 250,
    warmUps: { download: 250 },
    units: largeAnswer.length / mebi,
  },
]

/** One request at a time: what a proxy adds when nobody else is there. */
export const latency = { name: 'json', connections: 1, requests: 1000 }

/** Exchanges of each kind of failure. */
export const recoveries = { warmUp: 200, rounds: 400 }

/** So many that nothing else counts. */
export const idleStreams = 2000
