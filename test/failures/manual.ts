/** The matrix as a page of the manual. */
import type { SseClientName } from '../conformance/demand.ts'
import { contents, type Content, type Fault, type Outcome } from './faults.ts'

/** `told`: the client has the beginning of an answer, and then an error in its own dialect. */
export type Told = Outcome | 'told'

export interface Cell {
  fault: string
  client: SseClientName
  primary: SseClientName
  stream: boolean
  content: Content
  seam: boolean
  outcome: Told
  /** How often the primary was asked. */
  attempts: number
  /** How long the client had to wait, beyond what the targets took. */
  seconds: number
}

export interface Chapter {
  title: string
  faults: readonly Pick<Fault, 'name'>[]
}

const clients = [
  ['anthropic', 'Messages'],
  ['openai-chat', 'Chat'],
  ['openai-responses', 'Responses'],
] as const

const intro = `# What happens when a provider fails

Made by \`test/failures\`, which plays every one of these to Trooper with the settings of time as they are by default; do not edit.

The columns are the app's dialect, and whether it asked for a stream. A cell says who wrote what the app has in the end, how often the
provider was asked, and how long the app had to wait for it: the time that passed on the clock before somebody else was asked, or before
the provider was asked again or spoke again. Where no time stands, none passed: the fault cost nothing but the way to the next target.
Where text, tool calls and reasoning fare differently, it says so. Every answer is read by clients stricter than any real one, and all
but those of silent providers by the official SDKs: it is whole, nothing is said twice, and a call has the
arguments that its model meant.

- **provider**: the app has the provider's own answer. What was wrong with it was left out or mended.
- **local**: the local model answers from the beginning; the app has seen nothing of the fault.
- **both**: the provider began, the local model goes on in the same stream, under the same ids.
- **told**: the app has the beginning, and then an error in its own dialect.
- **error**: the provider's own error, untouched: it is for the app to mend.
- **-**: the fault cannot happen there.

A key that an app sends and that has the form of another provider's is not sent to a provider that is known to be another one: the app gets
the error of a wrong key in its own dialect, with what to do, and neither the provider nor the local model is asked. Where Trooper has
a key of its own for the provider, that one is sent; and behind any other address there may be a gateway that takes every key.

A single frame that cannot be read is left out if the rest is sound without it. In a call, or in thoughts that are signed, it is missed:
there the answer counts as broken at that place.

With \`ON_SLOW=race\` the answer may still come under its provider's id while the local model works, and every event of a Responses stream has
one: until then that app sees comments, which for Codex are no sign of life. After four minutes of nothing else (Codex
leaves after five) a local model at work is the one that answers, the provider is asked no longer, and the app hears \`response.in_progress\`.
Once all others have failed, a provider that is late is shown to its app as it comes, signs of life and all.
`

interface Part {
  title: string
  hint: string
  has: (cell: Cell) => boolean
  forms: readonly ('stream' | 'whole')[]
}

const parts: readonly Part[] = [
  {
    title: 'A provider of the app’s own dialect',
    hint: 'Bytes are passed on as they are.',
    has: ({ client, primary, seam }) => client === primary && seam,
    forms: ['stream', 'whole'],
  },
  {
    title: 'A provider of another dialect',
    hint: 'Messages on Chat, Chat on Responses, Responses on Messages. The provider is always asked for a stream.',
    has: ({ client, primary, seam }) => client !== primary && seam,
    forms: ['stream', 'whole'],
  },
  {
    title: 'Without seams: `SEAM=off`, own dialect',
    hint: 'Answers that are not streamed are as above.',
    has: ({ client, primary, seam }) => client === primary && !seam,
    forms: ['stream'],
  },
  {
    title: 'Without seams: `SEAM=off`, another dialect',
    hint: 'Answers that are not streamed are as above.',
    has: ({ client, primary, seam }) => client !== primary && !seam,
    forms: ['stream'],
  },
]

export function manual(chapters: readonly Chapter[], cells: readonly Cell[]): string {
  const sections = parts.map((part) => {
    const columns = clients.flatMap(([client, name]) =>
      part.forms.map((form) => ({ client, form, name: `${name}, ${form}` })),
    )
    const head = [
      `| fault | ${columns.map(({ name }) => name).join(' | ')} |`,
      `| --- | ${columns.map(() => '---').join(' | ')} |`,
    ]
    const rows = chapters.flatMap(({ title, faults }) => [
      `| **${title}** |${' |'.repeat(columns.length)}`,
      ...[...new Set(faults.map(({ name }) => name))].map((fault) => {
        const known = cells.filter((cell) => part.has(cell) && cell.fault === fault)
        const told = columns.map(({ client, form }) =>
          cellText(known.filter((cell) => cell.client === client && cell.stream === (form === 'stream'))),
        )
        return `| ${fault} | ${told.join(' | ')} |`
      }),
    ])
    return [`## ${part.title}\n\n${part.hint}\n`, ...head, ...rows].join('\n')
  })
  return `${[intro.trimEnd(), ...sections].join('\n\n')}\n`
}

/** What is the same for all of them is said once. */
function cellText(cells: readonly Cell[]): string {
  const known = contents.flatMap((content) => cells.find((cell) => cell.content === content) ?? [])
  const outcomes = group(known, ({ outcome, attempts }) => `${outcome} (${attempts})`)
  if (outcomes.size === 0) return '-'
  const told = [...outcomes].map(([outcome, those]) => [namesOf(those), `${outcome}${timeText(those)}`] as const)
  return told.length === 1 ? (told[0]?.[1] ?? '') : told.map(([names, text]) => `${names}: ${text}`).join('; ')
}

function timeText(cells: readonly Cell[]): string {
  const [usual, ...others] = [...group(cells, ({ seconds }) => `${seconds} s`)]
  if (!usual || (usual[0] === '0 s' && others.length === 0)) return ''
  const exceptions = others.map(([time, those]) => ` (${namesOf(those)}: ${time})`)
  return `, ${usual[0]}${exceptions.join('')}`
}

function namesOf(cells: readonly Cell[]): string {
  return cells.map(({ content }) => content).join(', ')
}

function group(cells: readonly Cell[], by: (cell: Cell) => string): Map<string, Cell[]> {
  const groups = new Map<string, Cell[]>()
  for (const cell of cells) groups.set(by(cell), [...(groups.get(by(cell)) ?? []), cell])
  return groups
}
