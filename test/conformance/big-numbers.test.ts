/** Integers that JavaScript would round, as the schemas of Claude Code have them (`maximum: 9007199254740991`). */
import { describe, expect, it } from 'vitest'
import { checkOutput } from '../../src/context/check-output.ts'
import { noteOfOpaque } from '../../src/context/adapt/opaque-note.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import { exactText, parseExact } from '../../src/ir/exact-json.ts'
import { objectOf } from '../../src/ir/json.ts'

const most = '9007199254740991'
const schema = `{"type":"object","properties":{"offset":{"type":"integer","exclusiveMinimum":0,"maximum":${most}}}}`
const question = '{"role":"user","content":"Hi"}'

describe('a number too big for JavaScript', () => {
  it('is told in words where Ollama has no keyword for it', () => {
    const body = `{"model":"m","max_tokens":9,"messages":[${question}],"tools":[{"name":"Read","input_schema":${schema}}]}`
    const request = clientDialects.anthropic.decodeRequest(parseExact(body))
    const text = exactText(targetDialects.ollama.encodeRequest(request, () => {}))
    expect(JSON.stringify(JSON.parse(text))).toContain(`(exclusiveMinimum: 0, maximum: ${most})`)
  })

  it('stays one in a result that is told as its JSON', () => {
    const result = `{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"search_result","rank":${most}}]}`
    const body = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[${result}]}]}`
    const request = clientDialects.anthropic.decodeRequest(parseExact(body))
    expect(exactText(targetDialects['openai-chat'].encodeRequest(request, () => {}))).toContain(
      String.raw`\"rank\":${most}`,
    )
  })

  it('stays one in a note of what only its provider understands', () => {
    const value = objectOf(parseExact(`{"type":"search","rank":${most}}`))
    expect(noteOfOpaque({ type: 'opaque', dialect: 'anthropic', kind: 'search', value }).text).toBe(
      `[search: {"rank":${most}}]`,
    )
  })

  it('stays one where a Responses stream repeats the request', () => {
    const body = `{"model":"m","input":"Hi","tools":[{"type":"function","name":"read","parameters":${schema}}]}`
    const request = clientDialects['openai-responses'].decodeRequest(parseExact(body))
    const identity = { id: 'resp_1', model: 'm', createdAtMs: 0 }
    const encode = clientDialects['openai-responses'].createEncoder(identity, request)
    expect(encode({ type: 'start', id: '', model: '' })).toContain(`"maximum":${most}`)
  })

  it('bounds an answer that has to fit a schema', () => {
    const output = { type: 'json', schema: objectOf(parseExact(schema)) } as const
    expect(checkOutput(output, '{"offset":1}').ok).toBe(true)
    expect(checkOutput(output, '{"offset":1e18}').ok).toBe(false)
  })
})
