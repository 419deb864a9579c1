import { describe, expect, it } from 'vitest'
import { parseExact } from '../../ir/exact-json.ts'
import { objectOf, type JsonObject } from '../../ir/json.ts'
import { decodeTurn, encodeTurn, turnOf, type Turn, type Written } from './turn.ts'

const answer = (status: string) => ({ id: 'resp_1', status, output: [] })

describe('a turn', () => {
  it.each(['completed', 'incomplete', 'failed'])('is kept when its answer is %s', (status) => {
    expect(turnOf({ input: 'Hi' }, answer(status), 'me', false)).toMatchObject({ id: 'resp_1', account: 'me' })
  })

  it.each(['queued', 'in_progress'])('is not kept while its answer is %s: the history would lack it', (status) => {
    expect(turnOf({ input: 'Hi', background: true }, answer(status), 'me', false)).toBeUndefined()
  })
})

/** What a client sends, with numbers and keys that JavaScript would not keep. */
function written(fields: string): Written {
  const bytes = Buffer.from(
    `{"model":"m",\n "instructions":"Be brief.", "input":[{"role":"user","content":"Hi é"}],${fields}}`,
  )
  return { bytes, body: objectOf(parseExact(bytes.toString())) }
}

const functionTool = '"tools":[{"type":"function","name":"f","parameters":{"maximum":12345678901234567890}}]'

function turn({ body }: Written, response: JsonObject): Turn {
  const kept = turnOf(body, { id: 'resp_1', status: 'completed', output: [], ...response }, 'me', true)
  if (!kept) throw new Error('it is no turn')
  return kept
}

describe('a turn that is stored', () => {
  it.each<[string, Written, (body: JsonObject) => JsonObject]>([
    ['of a text', { ...written('"a":1'), body: { input: 'Hi' }, bytes: Buffer.from('{"input":"Hi"}') }, () => ({})],
    ['without tools', written('"temperature":1'), () => ({ temperature: 1, instructions: null })],
    ['that is repeated', written(functionTool), ({ tools = [] }) => ({ tools, instructions: 'Be brief.' })],
    ['that is told in other words', written(functionTool), () => ({ tools: [{ type: 'function', name: 'f' }] })],
    ['with a key for a server', written('"tools":[{"type":"mcp","authorization":"k"}]'), () => ({ tools: [] })],
  ])('is read as it was, its request %s', (_name, request, response) => {
    const kept = turn(request, response(request.body))
    expect(decodeTurn(encodeTurn(kept, request).toString())).toEqual(kept)
    expect(decodeTurn(encodeTurn(kept).toString())).toEqual(kept)
  })

  it('holds the request as it came, and nothing of it twice', () => {
    const request = written(functionTool)
    const { tools = [] } = request.body
    const text = encodeTurn(turn(request, { tools, instructions: 'Be brief.' }), request).toString()
    expect(text.slice(text.indexOf('\n') + 1)).toBe(request.bytes.toString())
    expect(text.split('Be brief.')).toHaveLength(2)
    expect(text.split('"name":"f"')).toHaveLength(2)
  })

  it('holds no key that the client gave for another server', () => {
    const request = written('"tools":[{"type":"mcp","server_url":"https://x","authorization":"secret"}]')
    expect(encodeTurn(turn(request, {}), request).toString()).not.toContain('secret')
  })

  it.each(['', '{', '{"id":"a"}', '{"id":"a"}\n{', 'null\n{}'])('is nothing where it is torn: %j', (text) => {
    expect(decodeTurn(text)).toBeUndefined()
  })
})
