import { describe, expect, it } from 'vitest'
import { bash, ls, spokenShapes as calls } from '../../test/spoken-shapes.ts'
import { hear, signs, tools } from '../../test/spoken.ts'
import type { StreamEvent } from '../ir/events.ts'
import { createSpokenCalls } from './spoken-calls.ts'

const texts: [string, string][] = [
  ['prose', 'The answer is 5 < 7, as [the table](x.md) says: `{"name"}`.'],
  ['prose about a tag', 'Qwen writes <tool_call> around its calls, and </tool_call> behind them.'],
  ['prose that begins with a tag', '<tool_call> is what Qwen writes around its calls.'],
  ['a call that is quoted', `It would be \`<|python_tag|>${bash}\`, or "[TOOL_CALLS][${bash}]".`],
  ['a call within a line', `You would write <tool_call>${bash}</tool_call> there.`],
  ['JSON within an explanation', `For example:\n\n${bash}\n\nruns it.`],
  ['JSON with an explanation behind it', `${bash}\n\nThis lists the folder.`],
  ['a fence with an explanation behind it', `\`\`\`json\n${bash}\n\`\`\`\nThis lists the folder.`],
  ['a tag in a fence, explained', `\`\`\`xml\n<tool_call>${bash}</tool_call>\n\`\`\`\nThis lists the folder.`],
  ['a tag in the middle of a fence', `\`\`\`python\nprint(1)\n<tool_call>${bash}</tool_call>\n\`\`\``],
  ['other JSON', '{"name":"my-app","version":"1.0.0","scripts":{}}'],
  ['other JSON in a fence', '```json\n{"type": "object", "properties": {}}\n```'],
  ['a list of other JSON', '[1, 2, 3]'],
  ['HTML', '<html>\n<body>\n<p>Hi</p>\n</body>\n</html>'],
  ['XML with parameters', '<invoke>\n<parameter name="a">b</parameter>\n</invoke>'],
  ['a tool that is not declared', '<tool_call>\n{"name":"Delete","arguments":{}}\n</tool_call>'],
  ['a name that begins like one', '{"name":"Bash2","arguments":{"command":"ls"}}'],
  ['a name that a tool begins with', '{"name":"Bas","arguments":{"command":"ls"}}'],
  ['arguments that are missing', '{"name":"Bash","arguments":{}}'],
  ['arguments of another type', '{"name":"Bash","arguments":{"command":5}}'],
  ['an argument too many', '{"name":"Bash","arguments":{"command":"ls","why":"to look"}}'],
  ['arguments that are no object', '{"name":"Bash","arguments":["ls"]}'],
  ['a name without arguments', '{"name":"list_mailboxes"}'],
  ['a key too many', '{"name":"Bash","arguments":{"command":"ls"},"result":"a.ts"}'],
  ['two names', '{"name":"Bash","tool":"Bash","arguments":{"command":"ls"}}'],
  ['JSON that is none', '<tool_call>{"name":"Bash","arguments":{"command":"say "hi""}}</tool_call>'],
  ['JSON that is cut', '{"name":"Bash","arguments":{"command":"ls'],
  ['a tag that is cut', '<function=Bash>\n<parameter=command>\nls -l'],
  ['a parameter twice', '<function=Bash><parameter=command>a</parameter><parameter=command>b</parameter></function>'],
  ['two calls of which one does not fit', `[${bash},{"name":"Bash","arguments":{}}]`],
  ['an envelope that ends otherwise', `<tool_call>${bash} and so on`],
  ['an empty envelope', '<tool_call>\n</tool_call>'],
  ['a stray comma', `[TOOL_CALLS]${bash}, and that is all.`],
  ['an opening mark at the end', 'Done.\n<tool_c'],
  ['white space alone', ' \n\n'],
  ['white space around', '\n\n  Hi.\n\n'],
  ['nothing', ''],
  ['Python in prose', 'You can write [Bash(command="ls")] there.'],
  ['Python with words behind it', '[Bash(command="ls")]\n\nThis lists the folder.'],
  ['Python without a list', 'Bash(command="ls")'],
  ['Python’s call of another tool', '[Delete(path="a")]'],
  ['Python’s call without names', '[Bash("ls")]'],
  ['Python’s call with a variable', '[Bash(command=folder)]'],
  ['Python’s call with a sum', '[Bash(command="ls" + " -l")]'],
  ['Python’s call that does not fit', '[Bash(command=5)]'],
  ['Python that is cut', '[Bash(command="ls'],
  ['Python’s call in a fence of Python', '```python\nBash(command="ls")\n```'],
  ['a fence of Gemma’s with other code', '```tool_code\nimport os\nBash(command="ls")\n```'],
  ['a fence of Gemma’s with more behind the call', '```tool_code\nBash(command="ls").strip()\n```'],
  ['a fence of Gemma’s, explained', '```tool_code\nBash(command="ls")\n```\nThis lists the folder.'],
  ['a link at the beginning of a line', '[Bash](https://example.com) is a shell.\n[plan] [x]\n- [ ] one'],
  [
    'Kimi’s call of another tool',
    '<|tool_call_begin|>functions.Delete:0<|tool_call_argument_begin|>{}<|tool_call_end|>',
  ],
  ['Kimi’s section without a call', '<|tool_calls_section_begin|><|tool_calls_section_end|>'],
  ['Kimi’s call that is cut', '<|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{"command":"l'],
  ['Gemma’s call of another tool', '<|tool_call>call:Delete{a:1}<tool_call|>'],
  ['Gemma’s call with a bare word', '<|tool_call>call:Bash{command:ls}<tool_call|>'],
]

describe('a call in the text', () => {
  it.each(calls)('is made as the tool call that it is: %s', (_name, text, expected) => {
    const { heard, reason, made, events } = hear([text])
    expect(heard).toEqual(expected)
    expect(made).toBe(expected.filter((block) => typeof block === 'object').length)
    expect(reason).toBe('tool-calls')
    expect(events.at(-1)).not.toHaveProperty('rawReason')
  })

  it.each(calls)('is the same whatever pieces it comes in: %s', (_name, text, expected) => {
    expect(hear(signs(text)).heard).toEqual(expected)
  })

  it('has an id of its own', () => {
    const { events } = hear([`<tool_call>${bash}\n${bash}</tool_call>`])
    expect(events.flatMap((event) => (event.type === 'tool-call-start' ? [event.id] : []))).toEqual([
      'call_0',
      'call_1',
    ])
  })

  it('is made as soon as it is complete, while the answer goes on', () => {
    const events: StreamEvent[] = []
    const take = createSpokenCalls((event) => events.push(event), {
      tools,
      wantsJson: false,
      isBegun: false,
      idOf: String,
      onMade: () => undefined,
    })
    take({ type: 'text-start', index: 0 })
    take({ type: 'text-delta', index: 0, text: `<tool_call>${bash}</tool_call>` })
    expect(events.map(({ type }) => type)).toEqual(['tool-call-start', 'tool-call-delta', 'tool-call-end'])
  })
})

describe('text without a call', () => {
  it.each(texts)('stays as it is: %s', (_name, text) => {
    for (const pieces of [[text], signs(text)]) {
      const { heard, reason, made, events } = hear(pieces)
      expect(heard).toEqual([text])
      expect(reason).toBe('stop')
      expect(made).toBe(0)
      expect(events.at(-1)).toMatchObject({ rawReason: 'stop' })
    }
  })

  it('of 256 KiB that began as a call is let go, and nothing of it is lost', () => {
    const text = `<function=Bash><parameter=command>${'x'.repeat(300_000)}`
    const { heard, mostHeld } = hear(text.match(/[\s\S]{1,1000}/g)!)
    expect(heard).toEqual([text])
    expect(mostHeld).toBeLessThan(256 * 1024 + 1000)
  })

  it('is searched again behind what was none', () => {
    const text = `<tool_call>\n{"name":"Delete","arguments":{}}\n</tool_call>\n<tool_call>${bash}</tool_call>`
    expect(hear([text]).heard).toEqual([text.slice(0, text.lastIndexOf('<tool_call>')), ls])
    expect(hear([`\`\`\`json\n{"name":"x"}\n\`\`\`\n<tool_call>${bash}</tool_call>`]).heard.at(-1)).toEqual(ls)
  })
})

describe('JSON without a mark', () => {
  it('is no call where the answer itself is to be JSON; with a mark it is', () => {
    expect(hear([bash], { wantsJson: true }).heard).toEqual([bash])
    expect(hear([`\`\`\`json\n${bash}\n\`\`\``], { wantsJson: true }).made).toBe(0)
    expect(hear([`<tool_call>${bash}</tool_call>`], { wantsJson: true }).heard).toEqual([ls])
    expect(hear(['```tool_code\nBash(command="ls")\n```'], { wantsJson: true }).heard).toEqual([ls])
  })

  it('is no call where it goes on with what was said before', () => {
    expect(hear([bash], { isBegun: true }).heard).toEqual([bash])
    expect(hear([`\`\`\`json\n${bash}\n\`\`\``], { isBegun: true }).heard).toEqual([ls])
  })
})

describe('beside text', () => {
  const listen = (events: readonly StreamEvent[]): StreamEvent[] => {
    const out: StreamEvent[] = []
    const listening = { tools, wantsJson: false, isBegun: false, idOf: String, onMade: () => undefined }
    const take = createSpokenCalls((event) => out.push(event), listening)
    for (const event of events) take(event)
    return out
  }

  it('reasoning is never searched, and everything keeps its order', () => {
    const events: StreamEvent[] = [
      { type: 'start', id: 'a', model: 'm' },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: `<tool_call>${bash}</tool_call>` },
      { type: 'reasoning-end', index: 0 },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'Hi' },
      { type: 'text-end', index: 1 },
      { type: 'tool-call-start', index: 2, id: 'x', name: 'Bash' },
      { type: 'tool-call-delta', index: 2, json: '{}' },
      { type: 'tool-call-end', index: 2 },
      { type: 'finish', reason: 'tool-calls', usage: {} },
    ]
    expect(listen(events)).toEqual(events)
  })

  it('a limit that was hit behind a call is still told', () => {
    const out = listen([
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: `<tool_call>${bash}</tool_call> And` },
      { type: 'text-end', index: 0 },
      { type: 'finish', reason: 'length', usage: {} },
    ])
    expect(out.at(-1)).toMatchObject({ reason: 'length' })
  })

  it('citations of a text stay with it', () => {
    const out = listen([
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'Hi' },
      { type: 'text-end', index: 0, citations: ['a'] },
    ])
    expect(out.at(-1)).toEqual({ type: 'text-end', index: 0, citations: ['a'] })
  })
})
