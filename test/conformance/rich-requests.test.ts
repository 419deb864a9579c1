/** What a dialect can hold of a rich conversation comes back as it was; what it cannot hold is said. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import { exactText } from '../../src/ir/exact-json.ts'
import { parseJson } from '../../src/ir/json.ts'
import type { ChatRequest } from '../../src/ir/request.ts'
import type { SseClientName } from './demand.ts'
import { heldBy, lostKinds, richRequests } from './rich-requests.ts'

const dialects: SseClientName[] = ['anthropic', 'openai-chat', 'openai-responses']

describe.each(dialects)('a conversation with all kinds of tools and thoughts in the dialect %s', (dialect) => {
  const throughWire = (request: ChatRequest, warnings: string[] = []): ChatRequest => {
    const body = targetDialects[dialect].encodeRequest(request, (what) => warnings.push(what))
    return clientDialects[dialect].decodeRequest(parseJson(exactText(body)))
  }

  it('comes back as far as the wire holds it', () => {
    fc.assert(
      fc.property(richRequests, (request) => {
        const { messages, tools, toolChoice } = throughWire(request)
        const held = heldBy(dialect, request)
        expect(messages).toEqual(held.messages)
        expect(tools).toEqual(held.tools)
        expect(toolChoice).toEqual(held.toolChoice)
      }),
    )
  })

  it('loses nothing of its content without saying so, and says nothing else', () => {
    fc.assert(
      fc.property(richRequests, (request) => {
        const warnings: string[] = []
        throughWire(request, warnings)
        const lost = lostKinds(dialect, request)
        expect(warnings).toHaveLength(lost.length)
        for (const kind of lost) expect(warnings.join()).toContain(`'${kind}'`)
      }),
    )
  })

  it('is the same after a second time', () => {
    fc.assert(
      fc.property(richRequests, (request) => {
        const once = throughWire(request)
        expect(throughWire(once)).toEqual(once)
      }),
    )
  })
})
