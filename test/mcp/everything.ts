/** What the official suite wants a server to have, behind Trooper's own endpoint: tools, resources and prompts of the suite's, with no sense. */
import { createServer, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { completable, fromJsonSchema, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { createMcpEndpoint } from '../../src/mcp/endpoint.ts'
import { png as pixels } from '../fixtures/images.ts'

const png = { type: 'image' as const, data: pixels, mimeType: 'image/png' }
const text = (said: string) => ({ type: 'text' as const, text: said })
const resource = (uri: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType: 'text/plain', text: 'embedded' },
})
const said =
  (...content: (ReturnType<typeof text> | ReturnType<typeof resource> | typeof png)[]) =>
  () => ({ content })
const asked = (...content: (ReturnType<typeof text> | ReturnType<typeof resource> | typeof png)[]) => ({
  messages: content.map((part) => ({ role: 'user' as const, content: part })),
})

function addTools(server: McpServer): void {
  const none = { description: 'No sense.', inputSchema: z.object({}) }
  server.registerTool('test_simple_text', none, said(text('simple')))
  server.registerTool('test_image_content', none, said(png))
  server.registerTool('test_audio_content', none, () => ({
    content: [{ type: 'audio' as const, data: 'UklGRg==', mimeType: 'audio/wav' }],
  }))
  server.registerTool('test_embedded_resource', none, said(resource('test://embedded-resource')))
  server.registerTool('test_multiple_content_types', none, said(text('mixed'), png, resource('test://mixed')))
  server.registerTool('test_error_handling', none, () => {
    throw new Error('meant to fail')
  })
  server.registerTool('test_tool_with_progress', none, async (_, { mcpReq }) => {
    const progressToken = mcpReq['_meta']?.progressToken ?? ''
    for (const progress of [0, 50, 100])
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
    return { content: [text('done')] }
  })
  server.registerTool('test_tool_with_logging', none, async (_, { mcpReq }) => {
    for (const line of ['begun', 'at work', 'done'])
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: line } })
    return { content: [text('done')] }
  })
  const address = { type: 'object' as const, properties: { street: { type: 'string' as const } } }
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'No sense.',
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: { address },
        properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
        additionalProperties: false,
      }),
    },
    said(text('fits')),
  )
}

function addResources(server: McpServer): void {
  server.registerResource('static-text', 'test://static-text', { mimeType: 'text/plain' }, ({ href: uri }) => ({
    contents: [{ uri, mimeType: 'text/plain', text: 'static' }],
  }))
  server.registerResource('static-binary', 'test://static-binary', { mimeType: 'image/png' }, ({ href: uri }) => ({
    contents: [{ uri, mimeType: 'image/png', blob: pixels }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, {}, ({ href: uri }, { id }) => ({
    contents: [{ uri, mimeType: 'application/json', text: JSON.stringify({ id }) }],
  }))
}

function addPrompts(server: McpServer): void {
  const description = 'No sense.'
  server.registerPrompt('test_simple_prompt', { description }, () => asked(text('simple')))
  const cities = completable(z.string(), (begun) => ['paris', 'party'].filter((city) => city.startsWith(begun)))
  const argsSchema = z.object({ arg1: cities, arg2: z.string() })
  server.registerPrompt('test_prompt_with_arguments', { description, argsSchema }, ({ arg1, arg2 }) =>
    asked(text(`${arg1} ${arg2}`)),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description, argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => asked(resource(resourceUri), text('read it')),
  )
  server.registerPrompt('test_prompt_with_image', { description }, () => asked(png, text('look at it')))
}

/** Listens on a port of its own. */
export async function startEverything(): Promise<{ server: Server; url: string }> {
  const endpoint = createMcpEndpoint(
    () => {
      const server = new McpServer({ name: 'everything', version: '1.0.0' }, { capabilities: { logging: {} } })
      for (const add of [addTools, addResources, addPrompts]) add(server)
      return server
    },
    (error) => {
      throw error
    },
  )
  const server = createServer((request, response) => {
    void buffer(request).then((body) => endpoint.serve(request, body, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const place = server.address()
  return { server, url: `http://127.0.0.1:${typeof place === 'object' && place ? place.port : 0}/mcp` }
}
