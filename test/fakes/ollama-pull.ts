/** How a fake Ollama gets a model: its registry is what a test says (local-engines.md 1.4). */
import { objectOf, parseJson, stringOf } from '../../src/ir/json.ts'
import type { OllamaBehaviour } from './control.ts'
import type { Exchange } from './exchange.ts'
import { line } from './ollama-chat.ts'
import type { ModelShelf } from './ollama-model.ts'

/** The weights, and the few lines that go with them. */
const parts = [
  { name: '6a0746a1ec1a', total: 2_000_000_000 },
  { name: '4fa551d4f938', total: 12_000 },
]

export async function pull(
  exchange: Exchange,
  behaviour: OllamaBehaviour | undefined,
  shelf: ModelShelf,
): Promise<void> {
  const name = stringOf(objectOf(parseJson(exchange.bodyText))['model']) ?? ''
  const model = shelf.inRegistry(name)
  exchange.head(200, { 'content-type': 'application/x-ndjson' })
  await exchange.write(line({ status: 'pulling manifest' }))
  if (model === undefined) {
    await exchange.write(line({ error: 'pull model manifest: file does not exist' }))
    return exchange.end()
  }
  let told = 0
  for (const { name: short, total } of parts) {
    const part = { status: `pulling ${short}`, digest: `sha256:${short}`, total }
    await exchange.write(line(part))
    for (const share of [0.25, 0.5, 1]) {
      await exchange.write(line({ ...part, completed: total * share }))
      told += 1
      await exchange.pauseAt(told, behaviour?.holdAfter)
      if (exchange.gone) return
    }
  }
  for (const status of ['verifying sha256 digest', 'writing manifest', 'removing unused layers', 'success'])
    await exchange.write(line({ status }))
  shelf.pulled(model)
  exchange.end()
}
