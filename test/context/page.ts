/** The page of the manual about long conversations. */
import { usualRate } from '../../src/context/count/margins.ts'
import { kinds, type Kind } from './conversations.ts'
import { errorOf, estimates, families, samples } from './estimates.ts'

export const sizes = [2000, 8000, 32_000, 100_000, 200_000] as const
export const windows = [4096, 8192, 32_768, 131_072] as const

export interface Cell {
  kind: Kind
  tokens: number
  window: number
  /** Facts of ten that the model is told. */
  trooper: number
  ollama: number
  /** Ollama alone leaves the system's words whole. */
  keepsInstructions: boolean
}

const names: Record<Kind, string> = {
  chat: 'A chat',
  tools: 'Tools that print logs',
  code: 'An agent that reads code',
}

export function page(cells: readonly Cell[]): string {
  const tables = kinds.map((kind) => `### ${names[kind]}\n\n${table(cells.filter((cell) => cell.kind === kind))}`)
  return `${intro}${tables.join('\n\n')}\n\n${counting}`
}

function table(cells: readonly Cell[]): string {
  const head = [
    `| conversation | ${windows.map((window) => `window ${thousands(window)}`).join(' | ')} |`,
    `| --- |${' --- |'.repeat(windows.length)}`,
  ]
  const rows = sizes.map((tokens) => {
    const row = windows.map((window) => {
      const cell = cells.find((one) => one.tokens === tokens && one.window === window)
      return cell ? `**${cell.trooper}** / ${cell.ollama}${cell.keepsInstructions ? '' : ' †'}` : '-'
    })
    return `| ${thousands(tokens)} | ${row.join(' | ')} |`
  })
  return [...head, ...rows].join('\n')
}

function thousands(tokens: number): string {
  return `${Math.round(tokens / (tokens % 1024 === 0 ? 1024 : 1000))}k`
}

const errors = samples.flatMap((sample) => families.map((family) => errorOf(sample, family)))
const percent = (share: number): string => Math.abs(share * 100).toFixed(0)
const margin = percent(usualRate - 1)
const texts = samples.length
const vocabularies = families.length - 1
const short = percent(Math.min(...errors))
const long = percent(Math.max(...errors))
const mean = percent(errors.reduce((sum, error) => sum + error, 0) / errors.length)

const intro = `# What happens to a long conversation

Made by \`test/context\`; do not edit.

A local model reads at most as many tokens as its window has: the conversation, the definitions of the tools and its own answer together.
Left alone, Ollama takes 4,096 on most machines, throws the oldest messages away until the rest fits, cuts what is still too long in
half, through the instructions too, and says nothing of it. Trooper asks for a window that holds everything, forbids any cut, and where
the model, the machine or \`CONTEXT_MAX\` allows no larger window, it makes the conversation fit on purpose.

## What goes, and in which order

Each step goes only as far as needed.

1. **Results of tools** before the recent turns are shrunk, and long texts in the **arguments of calls** (a file that was written), the oldest
   first: head, end, and the lines between that stand out stay. The gap says how many tokens are missing.
2. **Messages** before the recent turns are left out, the oldest first. A note in their place says how many there were, and what was said in
   them, in short (\`SUMMARY\`, below).
3. In a long loop of tools, the same with the **steps of the loop**: first their results and arguments, then their thoughts, then
   **images**, the oldest first, then the oldest steps. The newest step stays whole, and the newest image.
4. **As a last resort** as many of the oldest images go as must: the newest that fit stay. Where that is not enough, notes say only how much
   is missing, every text of more than a few lines loses its middle, the newest one too, and the descriptions of tools are cut to their
   first sentences.

Always whole: what the system says, the definitions of tools, the first words of the user, and the recent turns, which are the last two
things that the user said and everything behind them (as long as steps 3 and 4 are not needed). An image counts 768 tokens, and a note
stands in the place of each that is left out. Tool calls and their results stay or go together. If what is always whole is longer than the
window by itself, the model is not asked: the next one in \`FALLBACK_MODEL\` is, or the
client gets the provider's own answer. Nothing is ever cut in silence.

What no model can hold is not read at all: a request of more than 300,000 values (a message has three) is too long for every local model,
however few bytes it has. A long one is read, weighed and cut in short steps, between which the streams of all others go on.

Thoughts of earlier turns are not sent at all, as chat templates drop them.

## You are told

- The log says it whenever more is left out: \`✂️ local/qwen2.5:3b: the conversation is longer than its window of 8192 tokens; left out: …\`
- The answer says it: \`X-Trooper-Omitted: 34 messages, 12345 tokens, 2 images\`; or \`parts of the request, 760 tokens\`, where no message is
  missing whole.
- The model is told, in the place of what is missing.

## The next turn

A model that has read a conversation reads only what is new in the next turn, if that begins with exactly the same tokens. So a cut goes
deeper than it must, to about 70 % of the window, and the following turns keep it until the window is full again. Lines that agents write
anew each time (Claude Code's billing header, countdowns of tokens) are not sent to local models.

## How tokens are counted

With the server's own count, where it offers one. Otherwise by the characters: what each costs behind the one before it, in the vocabulary
of the model, which Trooper tells by the model's name. **The margin is ${margin} %**: a first question is fitted as if it had so many more
tokens than were estimated. Held against ${texts} texts that the weights were not fitted to, in ${vocabularies} vocabularies, estimates were
${mean} % too high on average, ${long} % at worst, and ${short} % short at worst (the table below), so the margin holds for each. Short pieces and rare
languages may be beyond it: of 3,000 other texts of 600 to 2,000 characters, one in a hundred was 7 to 12 % short, and Assamese, Khmer
and Catalan were by up to a fifth. A model whose name says nothing of its vocabulary is counted by whichever takes most of the text, and may
lose a part of its history in vain until it has answered.

Every answer and every refusal says how many tokens there really were, and the next turn is counted on from that
figure. What a model's template says by itself is learnt apart: a greeting for which a server counts forty tokens makes no other conversation
longer. If a server finds a conversation too long all the same, Trooper learns, fits it tighter and asks again, up to three times; your app does
not notice.

Ollama counts nothing, but hands out the vocabularies of its models. Where an estimate comes near to the end of the window, Trooper asks for
the model's (\`/api/show\` with \`verbose\`) and counts the words of the conversation with it, exactly as llama.cpp does; for the marks of
the model's template, which is a program of its own, it allows the largest of nine models'. Of the five whose templates were rendered whole
none took more; a chat of 4,000 tokens was counted 3 to 7 % too high, and one with 20 tools about 1,000 tokens. A thread of its own does it,
which ends after five minutes without work. A vocabulary that is not there within three seconds, or of a kind that Trooper does not know (it
knows byte pairs and SentencePiece), leaves it at the estimate.

A quarter of the window is kept for the answer, or less if the app asks for less.

An Ollama older than 0.12.6 cannot be forbidden to cut. It gets questions of at most two thirds of its window by the estimate, and no answer
that would push them out; \`trooper doctor\` warns of it. Update it.

## \`SUMMARY\`

- \`extractive\` (default): the note quotes the sentences that are worth most: what the user asked for, decisions, errors, and whatever has
  names, numbers, paths, and words that are rare in the conversation. Nothing is invented, and nothing waits. It takes a tenth
  of the window, up to a quarter where there is room.
- \`model\`: the local model writes the summary, in one call before the answer. It is kept for the following turns, and extended when more is
  left out; turns that need it at the same moment have it written once. If the model fails, the note is extractive. With \`ON_SLOW=race\` a
  summary is no word of an answer yet: a provider that is late may still speak first.
- \`off\`: the note says only how much is missing.

## What the model is told of ten facts

Ten facts, one in every tenth of a conversation, among sentences, logs and code that are full of names, paths and numbers themselves. The
first figure is how many of them are in the prompt with Trooper, in the second turn; the other one is Ollama alone, given the same window.
**†**: Ollama alone has cut the instructions or the definitions of tools. With Trooper these, the first words and the last turns were
whole in every cell. Where a conversation only just fits, Ollama alone keeps all of it and has no room left for its answer.

`

const counting = `## How far off estimates are

In percent, below nothing where an estimate is short; the margin of ${margin} % comes on top. Each text is Trooper's own, and counted by the
vocabularies themselves. The last column is a model with a name of your own, held against the vocabulary that takes most of the text.

${estimates()}
`
