/** The usual questions, ready to be picked from a menu. Each says which tools answer it. */
import { completable, type McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'

interface Question {
  name: string
  title: string
  description: string
  text: string
}

const questions: readonly Question[] = [
  {
    name: 'why-local',
    title: 'Why did the local model answer?',
    description: 'Explains the last exchange: who was asked, and why the cloud did not answer.',
    text: 'Why did the local model answer me, or did it? Call explain_exchange for the last request and status for how things are now. Say in two or three sentences who answered, why, and until when that stays so.',
  },
  {
    name: 'quota-back',
    title: "Is my provider's quota back?",
    description: 'Says which quotas are used up, how far, and when they are back.',
    text: "Is my provider's quota back? Call status. Say for each provider whether it answers now, how much of each quota is used, and when the ones that are used up come back, in my local time and as a duration from now. If the provider is left alone although its quota may be back, offer to call probe.",
  },
  {
    name: 'how-fast',
    title: 'How fast are the answers?',
    description: 'Compares the times of the last exchanges, cloud and local.',
    text: 'How fast are the answers that come through Trooper? Read the resource trooper://journal. Compare cloud and local answers: time in the queue, to the first content, and in all, and tokens per second. Name what stands out and what I could change (the resources trooper://docs/… say how).',
  },
  {
    name: 'rehearse',
    title: 'Would Trooper save me?',
    description: 'Plays the failures of a provider and says what apps would see.',
    text: 'Would Trooper save me if my provider failed? Call drill, and status for the local model that would answer. Say in a few sentences which failures were played, what apps saw, and whether the local model is ready to take over.',
  },
]

/** As `trooper://docs/mcp` and the README name them. */
const clients = ['Claude Code', 'Claude Desktop', 'Codex', 'Cursor', 'the Python SDK', 'the TypeScript SDK', 'curl']

export function addPrompts(server: McpServer): void {
  for (const { name, title, description, text } of questions)
    server.registerPrompt(name, { title, description }, () => asked(text))
  const argsSchema = z.object({
    client: completable(z.string().describe('The app: Claude Code, Codex, Cursor, an SDK, …'), (begun) =>
      clients.filter((client) => client.toLowerCase().startsWith(begun.toLowerCase())),
    ),
  })
  server.registerPrompt(
    'set-up',
    {
      title: 'Set up Trooper for an app',
      description: 'Points an app at Trooper, with the settings that fit what runs here.',
      argsSchema,
    },
    ({ client }) => asked(setUp(client)),
  )
}

function setUp(client: string): string {
  return `Set up Trooper for ${client}. Read the resources trooper://docs/README and trooper://configuration, and call list_targets. Say exactly which variable or file to change and to what, for the address at which this Trooper listens and the provider that it forwards to; change a file only after I agreed. Then have me send one message through it, and call explain_exchange to show that it went the right way.`
}

function asked(text: string) {
  return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
}
