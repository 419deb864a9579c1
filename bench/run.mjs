// `npm run bench`: the bare proxy beside Trooper in one run, in small turns.
//   --quick          a smaller run, to see that everything works
//   --rounds <n>     how often each proxy is measured
//   --only <names>   some of: json, stream, upload, download, recovery, idle, translate (comma-separated)
//   --beside <file>  a further built trooper.js, to compare two builds
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { latency, idleStreams, measures as allMeasures, recoveries } from './measures.mjs'
import { askable, cpuMs, endAll, freePort, pause, Script, startTrooper } from './processes.mjs'
import { printChunks, printRequests } from './report-translation.mjs'
import { printLatency, printIdle, printMachine, printRecovery, printTable } from './report.mjs'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    beside: { type: 'string' },
  },
})

const proxyCore = 0
const otherCore = 1
const root = fileURLToPath(new URL('..', import.meta.url))
const entry = join(root, 'dist', 'trooper.js')
const isWanted = (name) => options.only?.split(',').includes(name) ?? true
const measures = allMeasures.filter(({ name }) => isWanted(name))
const rounds = Number(options.rounds ?? (options.quick ? 1 : 4))
/** Fresh processes in between: how a program is compiled and its heap laid out differs from start to start, by more than rounds do. */
const generations = options.quick ? 1 : 4
const share = options.quick ? 0.5 : 1
/** A log written late, a collection of garbage: what a phase caused is its own. */
const settleMs = 60
/** Far more than a run takes; a run that hangs ends. */
const limitMs = 600_000

const direct = 'no proxy'
const builds = [
  { name: 'Trooper', file: entry },
  ...(options.beside === undefined ? [] : [{ name: 'other Trooper', file: resolve(options.beside) }]),
]
const contenders = ['bare proxy', ...builds.map(({ name }) => name)]

async function main() {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  const folder = mkdtempSync(join(tmpdir(), 'trooper-bench-'))
  try {
    printMachine(rounds, generations)
    if (measures.length > 0) await measureProxies(folder)
    if (isWanted('idle')) await measureIdle(folder)
    if (isWanted('recovery')) await measureRecovery(folder)
    if (isWanted('translate')) await measureTranslation()
  } finally {
    await endAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureProxies(folder) {
  const upstream = new Script(otherCore, 'upstream.mjs')
  const { port } = await upstream.read()
  const load = new Script(otherCore, 'load.mjs')
  const samples = samplesOf([direct, ...contenders], [...measures.map(({ name }) => name), 'p50Ms', 'p99Ms'])
  for (let generation = 0; generation < generations; generation += 1) {
    const proxies = await startAll(`http://127.0.0.1:${port}`, folder)
    for (const proxy of proxies) await warmUp(proxy, load)
    for (let round = 0; round < rounds; round += 1) {
      await measureLatency({ name: direct, port }, load, samples)
      // Whoever comes first may meet another mood of the machine.
      await measureRound(round % 2 === 0 ? proxies : proxies.toReversed(), load, samples)
    }
    await Promise.all(proxies.map((proxy) => proxy.stop()))
  }
  printTable(contenders, measures, samples)
  printLatency([direct, ...contenders], samples)
}

function samplesOf(names, keys) {
  return Object.fromEntries(names.map((name) => [name, Object.fromEntries(keys.map((key) => [key, []]))]))
}

function startAll(origin, folder) {
  return Promise.all(contenders.map((name) => start(name, origin, folder)))
}

async function start(name, origin, folder, flags = []) {
  if (name === 'bare proxy') return startBare(name, origin, flags)
  const { file } = builds.find((build) => build.name === name)
  return { name, ...(await startTrooper(proxyCore, file, origin, folder, { flags })) }
}

async function startBare(name, origin, flags) {
  const script = new Script(proxyCore, 'bare-proxy.mjs', [origin], flags)
  const { port } = await script.read()
  return { name, port, pid: script.pid, memory: () => script.memory(), stop: () => script.stop() }
}

async function warmUp({ port }, load) {
  for (const { connections, warmUps } of measures)
    for (const [name, requests] of Object.entries(warmUps)) await answers(load, { name, port, connections, requests })
}

/** All proxies at one measure, then the next: a noisy minute meets every proxy. */
async function measureRound(proxies, load, samples) {
  for (const measure of measures) for (const proxy of proxies) await measureCpu(proxy, measure, load, samples)
  for (const proxy of proxies) await measureLatency(proxy, load, samples)
}

/** A sample that is none is taken again, and left out where the machine gives no better one. */
async function measureCpu(proxy, measure, load, samples) {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const microseconds = await sampleCpu(proxy, measure, load)
    if (microseconds !== undefined) return samples[proxy.name][measure.name].push(microseconds)
  }
  samples[proxy.name][measure.name].push(Number.NaN)
}

async function sampleCpu({ port, pid }, { name, connections, requests, units, leastReads = 0 }, load) {
  const beforeMs = cpuMs(pid)
  const { completed, reads } = await answers(load, { name, port, connections, requests: Math.ceil(requests * share) })
  await pause(settleMs)
  return reads < completed * leastReads ? undefined : ((cpuMs(pid) - beforeMs) * 1000) / (completed * units)
}

async function measureLatency({ name, port }, load, samples) {
  const { p50Ms, p99Ms } = await answers(load, { ...latency, port })
  samples[name].p50Ms.push(p50Ms)
  samples[name].p99Ms.push(p99Ms)
}

async function answers(load, job) {
  const result = await load.ask(job)
  if (result.problem !== undefined) throw new Error(result.problem)
  return result
}

/** What each proxy holds on to for streams that say nothing, and for none. */
async function measureIdle(folder) {
  const upstream = new Script(otherCore, 'upstream.mjs')
  const { port } = await upstream.read()
  const load = new Script(otherCore, 'load.mjs')
  const results = {}
  for (const name of contenders) {
    const proxy = await start(name, `http://127.0.0.1:${port}`, folder, askable)
    for (const { name: warmed, connections } of measures)
      await answers(load, { name: warmed, port: proxy.port, connections, requests: 64 })
    const before = await proxy.memory()
    await answers(load, { name: 'idle', port: proxy.port, connections: idleStreams })
    const open = await proxy.memory()
    await answers(load, { name: 'leave' })
    await proxy.stop()
    results[name] = { held: (open.heldBytes - before.heldBytes) / idleStreams }
  }
  printIdle(results, idleStreams)
  await Promise.all([upstream.stop(), load.stop()])
}

/** Each build before a provider that fails in every way, and before one that is not there. */
async function measureRecovery(folder) {
  const script = new Script(otherCore, 'recovery.mjs')
  const { providerPort, localPort } = await script.read()
  const settings = { FALLBACK_URL: `http://127.0.0.1:${localPort}/api/chat`, WAIT_MAX: '0' }
  const samples = {}
  for (const { name, file } of builds) {
    const [{ port }, { port: refusedPort }] = await Promise.all(
      [providerPort, await freePort()].map((origin) =>
        startTrooper(proxyCore, file, `http://127.0.0.1:${origin}`, folder, { settings }),
      ),
    )
    await answers(script, { port, refusedPort, rounds: recoveries.warmUp })
    // The one has fallen back so much oftener than the other.
    await answers(script, { refusedPort, rounds: recoveries.warmUp * 5, kinds: ['refused'] })
    samples[name] = await answers(script, { port, refusedPort, rounds: options.quick ? 50 : recoveries.rounds })
  }
  printRecovery(samples)
  await script.stop()
}

async function measureTranslation() {
  const script = new Script(proxyCore, 'translate.mjs', options.quick ? ['3'] : [])
  const { chunks, requests } = await script.read()
  printChunks(chunks)
  printRequests(requests)
  await script.stop()
}

const guard = setTimeout(async () => {
  process.stderr.write('The benchmark took too long and was ended.\n')
  await endAll()
  process.exit(1)
}, limitMs)
try {
  await main()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
} finally {
  clearTimeout(guard)
}
