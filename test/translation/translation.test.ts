/** `docs/translation.md` is what the code does: made by this test, and held against it. To make it anew: `npx vitest run test/translation -u`. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/ir/json.ts'
import type { DialectName } from '../../src/ir/request.ts'
import { chatContent, messagesContent, ollamaContent, responsesContent, sealed } from './content.ts'
import {
  chatFields,
  heldElsewhere,
  messagesFields,
  needs,
  ollamaFields,
  responsesFields,
  type Fields,
} from './fields.ts'
import { base, fateOf, tried, type Fate, type Tried } from './probe.ts'

const names: Readonly<Record<DialectName, string>> = {
  anthropic: 'Messages',
  'openai-chat': 'Chat Completions',
  'openai-responses': 'Responses',
  ollama: 'Ollama',
}

/** Where a request is translated to: to a provider of its own dialect its bytes are passed on, but not from an app to Ollama. */
const targetsOf = (from: DialectName): DialectName[] =>
  (['anthropic', 'openai-chat', 'openai-responses', 'ollama'] as const).filter((to) => to !== from || to === 'ollama')

/** Trooper always asks for a stream, and gathers it for a client that wants none. */
const ownWish = new Set(['stream', 'stream_options'])
/** One question has one answer on the other wires (choices.ts, test/e2e/choices.test.ts). */
const askedAgain = new Set(['n'])

function fieldFate(from: DialectName, to: DialectName, field: string, tried: Tried): Fate {
  if (ownWish.has(field)) return 'not sent'
  return askedAgain.has(field) ? 'asked again' : fateOf(from, to, tried)
}

type Row = readonly [name: string, fates: readonly Fate[]]

function fieldRow(from: DialectName, fields: Fields, field: string): Row {
  const needed = (needs[field] ?? []).map((other) => [other, fields[other] ?? null] as const)
  const bare: JsonObject = { ...base[from], ...Object.fromEntries(needed) }
  const whole = { ...bare, [field]: fields[field] ?? null }
  return [field, targetsOf(from).map((to) => fieldFate(from, to, field, { bare, whole }))]
}

function contentRow(from: DialectName, name: string, body: JsonObject): Row {
  const fates = targetsOf(from).map((to) => fateOf(from, to, tried({ ...base[from], ...body })))
  return [name, fates.map((fate) => (fate === 'left out' && sealed.includes(name) ? 'its own only' : fate))]
}

function table(head: string, from: DialectName, rows: readonly Row[]): string {
  const targets = targetsOf(from)
  return [
    `| ${[head, ...targets.map((target) => `to ${names[target]}`)].join(' | ')} |`,
    `| ${['---', ...targets.map(() => '---')].join(' | ')} |`,
    ...rows.map(([name, fates]) => `| ${[head === 'field' ? `\`${name}\`` : name, ...fates].join(' | ')} |`),
  ].join('\n')
}

const clients: readonly { from: DialectName; fields: Fields; content: Readonly<Record<string, JsonObject>> }[] = [
  { from: 'anthropic', fields: messagesFields, content: messagesContent },
  { from: 'openai-chat', fields: chatFields, content: chatContent },
  { from: 'openai-responses', fields: responsesFields, content: responsesContent },
  { from: 'ollama', fields: ollamaFields, content: ollamaContent },
]

type Client = (typeof clients)[number]

const fieldRows = ({ from, fields }: Client): Row[] => Object.keys(fields).map((field) => fieldRow(from, fields, field))

const contentRows = ({ from, content }: Client): Row[] =>
  Object.entries(content).map(([name, body]) => contentRow(from, name, body))

const intro = `# What crosses from one dialect to another

Made from the code by \`test/translation\`; do not edit.

A client whose provider speaks its own dialect loses nothing: its bytes are passed on as they are. These tables are about the other
cases: the local model, or a provider that speaks another dialect.

- **mapped**: the target is asked for the same in its own words.
- **told in words**: the target cannot take it as it is, and is told in the conversation what was there; the log and \`X-Trooper-Omitted\` say so.
- **left out, said**: it means nothing to the target; the log says so once.
- **its own only**: a provider's seal; nobody else is sent it, and it goes back byte for byte to its own.
- **not sent**: Trooper's own business (whether the answer is streamed).
- **asked again**: the target is asked once for each of up to eight answers, which the client gets as one; the \`seed\` counts up with them.

A conversation that ends with words of the assistant goes on from them where the model does that. Claude from 4.6 on refuses such an end: it
is asked in words to go on from there, and the log says so.
A file that is named by its id is named to every model of the account that holds it; another account is told in words, also where its dialect
is the client's own.
What can be read of sealed reasoning is kept where the target has a place for it: a local model has one between the calls of a turn.
Images by URL are fetched for a local model. What only the provider holds (${heldElsewhere.map((field) => `\`${field}\``).join(', ')}) is
described in the [README](../README.md#what-crosses-the-switch).

Calls of MCP servers that an answer held are calls with results to everybody else. The servers that a request names are its provider's to ask;
where \`MCP_SERVERS\` allows them, Trooper asks them itself and offers their tools to the target ([mcp-servers.md](mcp-servers.md)).

A prompt of \`/api/generate\` with \`raw\`, \`suffix\`, \`template\` or \`context\` is written for one model: it goes to that model at the local
Ollama as it is, in a window that holds it, and to nobody else. So does a request to load or unload a model. Without an Ollama among the
targets such a prompt is a 400.
`

describe('what crosses from one dialect to another', () => {
  it('is what the manual says', async () => {
    const parts = clients.flatMap((client) => {
      return [
        `## From ${names[client.from]}`,
        table('field', client.from, fieldRows(client)),
        table('content', client.from, contentRows(client)),
      ]
    })
    const manual = fileURLToPath(new URL('../../docs/translation.md', import.meta.url))
    await expect(`${[intro.trimEnd(), ...parts].join('\n\n')}\n`).toMatchFileSnapshot(manual)
  })

  it.each(clients)('leaves out nothing of a $from request in silence', (client) => {
    const silent = [...fieldRows(client), ...contentRows(client)].flatMap(([name, fates]) =>
      fates.flatMap((fate, at) => (fate === 'left out' ? [`${name} -> ${targetsOf(client.from)[at] ?? ''}`] : [])),
    )
    expect(silent).toEqual([])
  })
})
