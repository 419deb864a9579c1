/** Conversations of a known length with facts planted in them: the same ones in every run. */
import type { JsonObject } from '../../src/ir/json.ts'

export const kinds = ['chat', 'tools', 'code'] as const
export type Kind = (typeof kinds)[number]

/** Something that was said once, and the word by which it is found again. */
interface Needle {
  said: string
  word: string
}

export interface Planted {
  kind: Kind
  /** As a Chat Completions client sends it. */
  body: { messages: JsonObject[]; tools: JsonObject[] }
  instructions: string
  needles: readonly Needle[]
  /** The last words of the user. */
  question: string
}

/** A tenth of the conversation each. */
const needles: readonly Needle[] = [
  { said: 'The staging database has moved to port 5544 on the host marlin.', word: '5544' },
  { said: 'Ines wants every invoice to be rounded down, never up.', word: 'rounded down' },
  { said: 'We agreed to keep the old endpoint /v2/export until the end of March.', word: '/v2/export' },
  { said: 'The nightly job fails with ECONNRESET whenever the cache is cold.', word: 'ECONNRESET' },
  { said: 'Release 3.8.1 must not be deployed before Thursday.', word: '3.8.1' },
  { said: 'The customer is called Vandermeer and pays in Swiss francs.', word: 'Vandermeer' },
  { said: 'The feature flag is named harbour_mode and is off by default.', word: 'harbour_mode' },
  { said: 'Do not touch the file src/billing/ledger.ts, it is generated.', word: 'src/billing/ledger.ts' },
  { said: 'The limit was raised to 275 requests a minute last week.', word: '275' },
  { said: 'The backup of the wiki lies in the bucket quartz-archive.', word: 'quartz-archive' },
]

const instructions =
  'You are a careful engineer. Answer in the language of the question, say what you are not sure of, and never invent a file.'
const question = 'Go on with the next step, and tell me what is still open.'

/** What the rest is made of names things and numbers too: nothing of a fact stands out by its kind alone. */
const subjects =
  'the parser,the queue,the report,a customer of ours,the second test,this module,the build,the client,the landing page,the index,Marta,the release branch,OrderService,the migration,an old row,the cache of the proxy,Tobias,the worker,the cron table,our style guide,the checkout form,a background task,the audit log,the French translation'.split(
    ',',
  )
const verbs =
  'reads,keeps,returns,updates,checks,needs,sends,skips,builds,writes,drops,renames,waits for,compares,loads,merges,counts,hides,wants,prints'.split(
    ',',
  )
const objects =
  'the rows of the table,a list of names,the result of the call,every entry again,the state of the form,one page at a time,the settings of the user,what was asked for,the total of the month,a draft of the letter,the header of the file,the second column,an empty answer,the address of the shop,a copy of the schema,its own lock,the images in the folder,three of the fields'.split(
    ',',
  )
const ends =
  'as before,when the run is over,in the same order,without a copy,for each of them,on the second try,if there is one,at the start,because the old one is slow,but only in the evening,once the lock is free,instead of the whole file,and nobody knows why,for the accounting team'.split(
    ',',
  )

/** A small generator of its own, so that every run has the same words. */
function createDice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

type Dice = ReturnType<typeof createDice>

function one(words: readonly string[], dice: Dice): string {
  return words[dice(words.length)] ?? ''
}

/** Every third with a number, a path or a name, as people and programs write. */
function sentence(dice: Dice): string {
  const extras = [
    ` (see src/${one(verbs, dice).split(' ')[0]}/part-${dice(400)}.ts)`,
    ` after ${dice(9000)} ms`,
    ` in step ${dice(300)}`,
    ` on host-${dice(90)}`,
    ` since version ${dice(9)}.${dice(30)}`,
  ]
  const extra = dice(3) === 0 ? one(extras, dice) : ''
  const text = `${one(subjects, dice)} ${one(verbs, dice)} ${one(objects, dice)} ${one(ends, dice)}${extra}.`
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function prose(characters: number, dice: Dice): string {
  let text = ''
  while (text.length < characters) text += `${sentence(dice)} `
  return text.trim()
}

function logLines(characters: number, dice: Dice): string {
  let text = ''
  while (text.length < characters) {
    const time = `12:${10 + dice(50)}:${10 + dice(50)}`
    text += `${time} INFO  worker-${dice(8)} ${one(subjects, dice)} ${one(verbs, dice)} ${one(objects, dice)} (${dice(500)} ms)\n`
  }
  return text
}

function code(characters: number, dice: Dice): string {
  let text = ''
  while (text.length < characters) {
    const name = `${one(verbs, dice)}Part${dice(60)}`
    text += `export function ${name}(rows: Row[]): Row[] {\n  // ${sentence(dice)}\n  return rows.filter((row) => row.size > ${dice(90)})\n}\n\n`
  }
  return text
}

/** With the needle somewhere in the middle third of it. */
function withNeedle(text: string, needle: Needle | undefined, glue: string): string {
  if (!needle) return text
  const found = text.indexOf(glue, Math.floor(text.length * 0.45))
  const at = found === -1 ? text.length : found + glue.length
  return `${text.slice(0, at)}${needle.said}${glue}${text.slice(at)}`
}

/** Four characters a token, as the fakes count. */
const perToken = 4

/** `tokens`: about so many, tool definitions and all. */
export function plant(kind: Kind, tokens: number): Planted {
  const dice = createDice(tokens + kind.length)
  const tools = kind === 'chat' ? [] : definitions(dice)
  const frame = JSON.stringify(tools).length + instructions.length + question.length
  const steps = kind === 'chat' ? Math.max(10, Math.round(tokens / 400)) : Math.max(10, Math.round(tokens / 900))
  const perStep = Math.max(60, (tokens * perToken - frame) / steps - 120)
  const messages: JsonObject[] = [
    { role: 'system', content: instructions },
    { role: 'user', content: `Help me with the monthly report. ${sentence(dice)}` },
  ]
  for (let step = 0; step < steps; step += 1) {
    const tenth = Math.floor((step * needles.length) / steps)
    const isFirst = step === Math.ceil((tenth * steps) / needles.length)
    messages.push(...stepOf(kind, step, perStep, isFirst ? needles[tenth] : undefined, dice))
  }
  messages.push({ role: 'user', content: question })
  return { kind, body: { messages, tools }, instructions, needles, question }
}

function stepOf(kind: Kind, step: number, characters: number, needle: Needle | undefined, dice: Dice): JsonObject[] {
  switch (kind) {
    case 'chat': {
      // Half of the facts are the user's, half the model's.
      const isUsers = step % 2 === 0
      const answer = withNeedle(prose(characters * 0.6, dice), isUsers ? undefined : needle, '. ')
      const next = withNeedle(prose(characters * 0.4, dice), isUsers ? needle : undefined, '. ')
      return [
        { role: 'assistant', content: answer },
        { role: 'user', content: next },
      ]
    }
    case 'tools': {
      const result = withNeedle(logLines(characters * 0.85, dice), needle, '\n')
      return [
        ...call(`call_${step}`, 'run', { command: `npm run step -- ${step}` }, result),
        ...remark(step, characters * 0.15, dice),
      ]
    }
    case 'code': {
      const file = code(characters * 0.8, dice)
      const found = needle ? withNeedle(file, { ...needle, said: `// ${needle.said}` }, '\n') : file
      return [
        ...call(`call_${step}`, 'read', { path: `src/part-${step}.ts` }, found),
        ...remark(step, characters * 0.2, dice),
      ]
    }
  }
}

/** Every few steps the user says something. */
function remark(step: number, characters: number, dice: Dice): JsonObject[] {
  if (step % 5 !== 4) return []
  return [
    { role: 'assistant', content: prose(characters, dice) },
    { role: 'user', content: prose(Math.min(300, characters), dice) },
  ]
}

function call(id: string, name: string, input: JsonObject, result: string): JsonObject[] {
  return [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
    },
    { role: 'tool', tool_call_id: id, content: result },
  ]
}

function definitions(dice: Dice): JsonObject[] {
  return ['run', 'read', 'write'].map((name) => ({
    type: 'function',
    function: {
      name,
      description: prose(240, dice),
      parameters: { type: 'object', properties: { path: { type: 'string' }, command: { type: 'string' } } },
    },
  }))
}
