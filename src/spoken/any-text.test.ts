/** Whatever a model says, in whatever pieces. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bash, spokenShapes } from '../../test/spoken-shapes.ts'
import { hear, signs, type Heard } from '../../test/spoken.ts'

/** Those whose end is marked, so that text may follow. */
const unfenced =
  /^(?:Qwen|Qwen, twice|tools|Qwen3-Coder|Claude|MiniMax|GLM|Mistral’s newer|DeepSeek V3.1|gpt-oss|Gemma 4|LFM2)$/

/** Pieces of what models write, in any order. */
const tags =
  '<tool_call> </tool_call> <function= <parameter= </parameter> </function> <invoke⎵name=" <|" |> <|"|> < > "> ` ```'
const tokens =
  '[TOOL_CALLS] [ARGS] <|python_tag|> <| <｜tool▁calls▁begin｜> <|message|> <|tool_call>call: { } [ ] : , " \\'
const more =
  '<|tool_calls_section_begin|> <|tool_call_begin|> <|tool_call_argument_begin|> <|tool_call_end|> <|tool_call_start|>'
const python = `[Bash(command= ( ) = 'ls' """ None Bash:0 functions.Bash:0`
const words = 'Bash "Bash" "name" "arguments" {"command":"ls"} commentary⎵to= functions. A⎵word.'
const shards = [tags, tokens, more, python, words].flatMap((line) =>
  line.split(' ').map((word) => word.replace('⎵', ' ')),
)
const anyShard = fc.constantFrom(...shards, ' ', '\n', '\n\n', '```json\n', bash, `<tool_call>${bash}</tool_call>`)
const anyText = fc.oneof(
  fc.array(anyShard, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
)
const anyCuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 })

function cut(text: string, places: readonly number[]): string[] {
  const all = signs(text)
  const ends = [...new Set([...places.map((place) => place % (all.length + 1)), all.length])].sort((a, b) => a - b)
  return ends.map((end, at) => all.slice(ends[at - 1] ?? 0, end).join('')).filter((piece) => piece !== '')
}

describe('any text', () => {
  it('gives the same in any pieces', () => {
    fc.assert(
      fc.property(anyText, anyCuts, (text, places) => {
        const whole = hear([text]).heard
        expect(hear(cut(text, places)).heard).toEqual(whole)
        expect(hear(signs(text)).heard).toEqual(whole)
      }),
      { numRuns: 2000 },
    )
  })

  it('without a call comes out unchanged; with one, what is said stands in it in that order', () => {
    fc.assert(
      fc.property(anyText, anyCuts, (text, places) => {
        const { heard, made } = hear(cut(text, places))
        const said = heard.filter((block) => typeof block === 'string').join('')
        if (made === 0) expect(said).toBe(text)
        let from = 0
        for (const sign of said) {
          const found = text.indexOf(sign, from)
          expect(found).toBeGreaterThanOrEqual(from)
          from = found + sign.length
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('around calls is said as it is, in its place', () => {
    const prose = fc.stringMatching(/^[A-Za-z][A-Za-z .,<>"'\n-]{0,60}[a-z.]$/)
    const call = fc.constantFrom(
      ...spokenShapes.filter(([name]) => unfenced.test(name)).map(([, text, made]) => ({ text, made })),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(prose, call), { minLength: 1, maxLength: 4 }),
        prose,
        anyCuts,
        (pairs, end, places) => {
          const text = pairs.map(([before, { text: spoken }]) => `${before}\n${spoken}`).join('\n') + `\n${end}`
          const expected = pairs.flatMap(([before, { made }], at): Heard[] => [
            `${at === 0 ? '' : '\n'}${before}\n`,
            ...made,
          ])
          expect(hear(cut(text, places)).heard).toEqual([...expected, `\n${end}`])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('that calls no declared tool is never held for longer than the opening of a call', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hear(signs(text.replaceAll(/Bash|arguments/g, 'x'))).mostHeld).toBeLessThan(longestOpening)
      }),
      { numRuns: 2000 },
    )
  })
})

/** A fence with its language, a mark, a list, a brace, a key and a name, and the white space that may stand between them. */
const longestOpening = 200

describe('a text that was made to be slow', () => {
  const within = (text: string): void => {
    const pieces = text.match(/[\s\S]{1,64}/g)!
    expect(hear(pieces).heard).toEqual([text])
  }

  it.each([
    ['openings', '<tool_call>{"name":"Bash","arguments":{"command":"'],
    ['openings, a line each', '<tool_call>\n{"name":"Bash","arguments":{"command":\n'],
    ['closings', '<function=Bash><parameter=command></parameter>x'],
    ['fences', '```json\n{"name":"Bash",'],
    ['brackets', '[{"tool_calls":[{'],
    ['strings', '[Write(content="\\\\'],
    ['lists', '[plan(steps=[['],
    ['sections', '<|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{'],
    ['white space', '<tool_call>          \n     \n'],
  ])('is read once, more or less: %s', (_name, shard) => {
    within(shard.repeat(Math.ceil(400_000 / shard.length)))
  })
})
