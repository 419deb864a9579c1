import { describe, expect, it } from 'vitest'
import { anyTool } from '../ir/mcp.ts'
import type { JsonObject } from '../ir/json.ts'
import { boundList, mostTools } from './bound-list.ts'

const tool = (name: string, more: JsonObject = {}): JsonObject => ({ name, inputSchema: { type: 'object' }, ...more })
const many = (count: number): JsonObject[] => Array.from({ length: count }, (_, at) => tool(`tool${at}`))
const countOf = ({ tools }: Record<string, unknown>): number => (Array.isArray(tools) ? tools.length : -1)

describe('a list of tools', () => {
  it('is taken as it is while there is room', () => {
    const bound = boundList(anyTool)
    const page = { tools: many(mostTools), nextCursor: 'more', _meta: { a: 1 } }
    expect(bound.page(page)).toEqual(page)
    expect(bound.isCut).toBe(false)
  })

  it('is taken to the first so many, and its pages asked for no further', () => {
    const bound = boundList(anyTool)
    expect(bound.page({ tools: many(500), nextCursor: 'more' })).toMatchObject({ nextCursor: 'more' })
    const second = bound.page({ tools: many(50_000), nextCursor: 'yet more' })
    expect(second).toEqual({ tools: many(mostTools - 500) })
    expect(bound.isCut).toBe(true)
  })

  it('is taken to the first of its tools with more text than there is room for', () => {
    const bound = boundList(anyTool)
    const page = { tools: [tool('a'), tool('b', { description: 'x'.repeat(1024 * 1024) }), tool('c')] }
    expect(bound.page(page)).toEqual({ tools: [tool('a')] })
    expect(bound.isCut).toBe(true)
  })

  it('is not asked for without end', () => {
    const bound = boundList(anyTool)
    for (let at = 1; at < 8; at += 1)
      expect(bound.page({ tools: many(1), nextCursor: 'n' })).toHaveProperty('nextCursor')
    expect(bound.page({ tools: many(1), nextCursor: 'n' })).toEqual({ tools: many(1) })
    expect(bound.isCut).toBe(true)
  })

  it('has no tool left out that the client names, however far behind it stands', () => {
    const bound = boundList({ only: ['tool49999', 'tool7'] })
    expect(bound.page({ tools: many(50_000) })).toEqual({ tools: [tool('tool7'), tool('tool49999')] })
    const readOnly = boundList({ readOnly: true })
    const reader = tool('reader', { annotations: { readOnlyHint: true } })
    expect(countOf(readOnly.page({ tools: [...many(600), reader] }))).toBe(1)
  })

  it('that is none is for others to refuse', () => {
    expect(boundList(anyTool).page({ tools: 'none' })).toEqual({ tools: 'none' })
  })
})
