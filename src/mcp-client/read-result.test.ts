import { expect, it } from 'vitest'
import type { JsonValue } from '../ir/json.ts'
import { readResult } from './read-result.ts'

const text = (said: string) => ({ type: 'text', text: said })

it.each<[name: string, content: JsonValue, parts: object[]]>([
  ['texts', [text('One.'), text('Two.')], [text('One.'), text('Two.')]],
  [
    'an image',
    [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }],
    [{ type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'AAAA' } }],
  ],
  [
    'a text that stands in a resource',
    [{ type: 'resource', resource: { uri: 'file:///a', text: 'All of it.' } }],
    [text('[resource file:///a]\nAll of it.')],
  ],
  [
    'bytes that stand in a resource',
    [{ type: 'resource', resource: { uri: 'file:///a', blob: 'AAAA', mimeType: 'application/pdf' } }],
    [{ type: 'file', mediaType: 'application/pdf', data: { from: 'base64', data: 'AAAA' } }],
  ],
  ['a link', [{ type: 'resource_link', name: 'a', uri: 'file:///a' }], [text('[resource a file:///a]')]],
  ['what is not known yet', [{ type: 'hologram', x: 1 }], [text('{"type":"hologram","x":1}')]],
  ['an image without its type', [{ type: 'image', data: 'AA' }], [text('{"type":"image","data":"AA"}')]],
])('%s become parts that a model can be shown', (_, content, parts) => {
  expect(readResult({ content })).toEqual({ type: 'ran', content: parts, isError: false })
})

it('says what a server only structures, and not what it says in words too', () => {
  const structuredContent = { degrees: 21 }
  expect(readResult({ content: [], structuredContent })).toMatchObject({ content: [text('{"degrees":21}')] })
  expect(readResult({ content: [text('21°')], structuredContent })).toMatchObject({ content: [text('21°')] })
})

it('knows a failure of the tool itself', () => {
  expect(readResult({ content: [text('No.')], isError: true })).toMatchObject({ isError: true })
})

it('is empty for what is no result', () => {
  expect(readResult(null)).toEqual({ type: 'ran', content: [], isError: false })
})
