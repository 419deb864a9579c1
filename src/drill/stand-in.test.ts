import { expect, it } from 'vitest'
import { identify } from '../engines/identify.ts'
import { parseJson } from '../ir/json.ts'
import { startStandIn } from './stand-in.ts'

it('the stand-in is known for an Ollama, so that nothing is said of it in the middle of a drill', async () => {
  const server = await startStandIn(0)
  const ask = async (path: string) => {
    const answer = await fetch(server.origin + path)
    const text = await answer.text()
    return { status: answer.status, server: '', text, json: parseJson(text) }
  }
  expect(await identify(ask, 0)).toEqual({ name: 'ollama', version: '0.0.0' })
  await server.close()
})
