import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../ir/json.ts'
import { meetRequestQuirks } from './request-quirks.ts'

const words = 'Runs a command 世界. '.repeat(200)
const tool = (description: string) => ({ type: 'function', function: { name: 'Bash', description, parameters: {} } })
const user = { role: 'user', content: 'Hi' }

describe('a request that is made for OpenAI', () => {
  it('describes its tools in 1024 characters, and goes on in the system message', () => {
    const body: JsonObject = {
      messages: [{ role: 'system', content: 'Be brief.' }, user],
      tools: [tool(words), tool('Short.')],
    }
    const met = meetRequestQuirks(body, ['short-descriptions'])
    const { tools, messages } = JSON.parse(JSON.stringify(met)) as {
      tools: ReturnType<typeof tool>[]
      messages: { role: string; content: string }[]
    }
    expect(tools[0]?.function.description.length).toBeLessThanOrEqual(1024)
    expect(tools[1]).toEqual(tool('Short.'))
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user'])
    const [head = '', rest = ''] = (messages[0]?.content ?? '').split('\n\n# Tool Bash, continued\n')
    expect(head).toBe('Be brief.')
    const [told = ''] = tools[0]?.function.description.split(' … (') ?? []
    expect(`${told} ${rest}`).toBe(words.trim())
  })

  it('has a system message for that where it had none', () => {
    const met = meetRequestQuirks({ messages: [user], tools: [tool('x'.repeat(2000))] }, ['short-descriptions'])
    expect(met['messages']).toEqual([{ role: 'system', content: expect.stringMatching(/^# Tool Bash.*\nx+$/) }, user])
  })

  it('is the same where all descriptions are short', () => {
    const body: JsonObject = { messages: [user], tools: [tool('Short.')] }
    expect(meetRequestQuirks(body, ['short-descriptions'])).toBe(body)
  })

  it('limits the answer by the newer name', () => {
    expect(meetRequestQuirks({ max_tokens: 9 }, ['completion-tokens'])).toEqual({ max_completion_tokens: 9 })
    expect(meetRequestQuirks({ n: 1 }, ['completion-tokens'])).toEqual({ n: 1 })
  })

  it('is as it is for anybody else', () => {
    const body: JsonObject = { max_tokens: 9, messages: [user], tools: [tool(words)] }
    expect(meetRequestQuirks(body, ['reasoning-refused'])).toBe(body)
  })
})
