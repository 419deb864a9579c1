/** What an agent may read: the journal, the configuration without secrets, and the manual. */
import { ResourceNotFoundError, ResourceTemplate, type McpServer } from '@modelcontextprotocol/server'
import { withoutContent } from '../admin/reader.ts'
import type { Desk } from './desk.ts'
import { docs, titleOf } from './docs.ts'
import { explain } from './explain.ts'

const json = 'application/json'
const markdown = 'text/markdown'
/** As many as an agent reads at once; the others by their id. */
const journalLength = 50

export function addResources(server: McpServer, desk: Desk): void {
  addJournal(server, desk)
  addConfiguration(server, desk)
  addDocs(server)
}

function addJournal(server: McpServer, desk: Desk): void {
  server.registerResource(
    'journal',
    'trooper://journal',
    {
      title: 'Journal',
      description: `The last ${journalLength} exchanges, newest first: who was asked, why not the others, how long it took. No prompts or answers.`,
      mimeType: json,
    },
    async (uri) => inJson(uri, await desk.exchanges(journalLength)),
  )
  const one = new ResourceTemplate('trooper://journal/{id}', {
    list: undefined,
    complete: {
      id: async (begun) =>
        (await desk.exchanges(journalLength)).map(({ id }) => id).filter((id) => id.startsWith(begun)),
    },
  })
  server.registerResource(
    'exchange',
    one,
    { title: 'One exchange', description: 'One exchange of the journal, in words and whole.', mimeType: json },
    async (uri, { id }) => {
      const entry = await desk.exchange(String(id))
      if (!entry) throw new ResourceNotFoundError(uri.href)
      // What was said is a person's to open, on the page (`CAPTURE`): an agent is somebody else's program.
      return inJson(uri, { words: explain(entry, Date.now()), exchange: withoutContent(entry) })
    },
  )
}

function addConfiguration(server: McpServer, desk: Desk): void {
  server.registerResource(
    'configuration',
    'trooper://configuration',
    {
      title: 'Configuration',
      description:
        'Every setting as it is, with its meaning: keys and tokens only as set or not set, URLs without secrets.',
      mimeType: json,
    },
    async (uri) => inJson(uri, (await desk.settings()).settings),
  )
}

function addDocs(server: McpServer): void {
  for (const [name, text] of Object.entries(docs))
    server.registerResource(
      `docs/${name}`,
      `trooper://docs/${name}`,
      { title: titleOf(text), description: `Trooper's manual: ${titleOf(text)}`, mimeType: markdown },
      (uri) => ({ contents: [{ uri: uri.href, mimeType: markdown, text }] }),
    )
}

function inJson(uri: URL, value: unknown) {
  return { contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify(value, undefined, 1) }] }
}
