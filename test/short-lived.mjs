// How much of each exchange is left behind by a collection of the young generation: prints KB an exchange, for a pair a line.
// Usage: node --expose-gc short-lived.mjs
import { shortAnswers } from '../bench/answers.mjs'
import { conversations } from '../bench/conversation.mjs'
import { Pair } from '../bench/in-process.mjs'

/** Every dialect of a client, and every one of a target. */
const pairs = [
  ['anthropic', 'ollama'],
  ['openai-chat', 'anthropic'],
  ['openai-responses', 'openai-chat'],
  ['ollama', 'openai-responses'],
]
/** Until there is no more to be compiled. */
const warmUps = 60
const exchanges = 20
/** The least of them counts: a collection of the machine's own choice may meet exchanges that are under way. */
const samples = 4

for (const [client, target] of pairs) {
  const pair = new Pair(client, target, conversations[client])
  await run(pair, target, warmUps)
  const left = []
  for (let sample = 0; sample < samples; sample += 1) left.push(await leftKb(pair, target))
  process.stdout.write(`${JSON.stringify({ client, target, leftKb: Math.min(...left) })}\n`)
}

/** By one exchange. */
async function leftKb(pair, target) {
  globalThis.gc()
  const before = heldKb()
  await run(pair, target, exchanges)
  // What survives the first one may be waiting for the second.
  for (let at = 0; at < 2; at += 1) globalThis.gc({ type: 'minor' })
  return (heldKb() - before) / exchanges
}

async function run(pair, target, count) {
  for (let at = 0; at < count; at += 1) {
    const answer = await pair.ask()
    answer.stream(shortAnswers[target])
    await answer.end()
  }
}

function heldKb() {
  return process.memoryUsage().heapUsed / 1024
}
