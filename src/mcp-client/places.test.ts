import { describe, expect, it } from 'vitest'
import { isWithin, readPlace } from './places.ts'

function allowed(url: string, ...places: string[]): boolean {
  return isWithin(
    url,
    places.flatMap((text) => readPlace(text) ?? []),
  )
}

describe('an address', () => {
  it.each([
    ['https://mcp.example.com/sse', 'https://mcp.example.com'],
    ['https://mcp.example.com', 'https://mcp.example.com/'],
    ['https://MCP.example.com:443/a?b=c', 'https://mcp.example.com'],
    ['https://mcp.example.com/team', 'https://mcp.example.com/team/'],
    ['https://mcp.example.com/team/docs', 'https://mcp.example.com/team'],
    ['http://127.0.0.1:8000/mcp', 'http://127.0.0.1:8000'],
    ['https://mcp.example.com/a%2Fb', 'https://mcp.example.com'],
    ['https://mcp.example.com/team%2Fone/docs', 'https://mcp.example.com/team%2Fone'],
  ])('%s is let in by %s', (url, place) => {
    expect(allowed(url, place)).toBe(true)
    expect(allowed(url)).toBe(false)
  })

  it.each([
    ['http://mcp.example.com/sse', 'https://mcp.example.com'],
    ['https://mcp.example.com:8443/', 'https://mcp.example.com'],
    ['https://mcp.example.com.evil.example/', 'https://mcp.example.com'],
    ['https://evil.example/#https://mcp.example.com', 'https://mcp.example.com'],
    ['https://mcp.example.com@evil.example/', 'https://mcp.example.com'],
    ['https://user:word@mcp.example.com/', 'https://mcp.example.com'],
    ['https://mcp.example.com/teams', 'https://mcp.example.com/team'],
    ['https://mcp.example.com/team/../admin', 'https://mcp.example.com/team'],
    ['https://mcp.example.com/team/%2e%2e/admin', 'https://mcp.example.com/team'],
    ['https://mcp.example.com/team\\..\\admin', 'https://mcp.example.com/team'],
    ['https://mcp.example.com/team/..%2Fadmin', 'https://mcp.example.com/team'],
    ['https://mcp.example.com/team/%2e%2e%5cadmin', 'https://mcp.example.com/team'],
    ['ftp://mcp.example.com/', 'https://mcp.example.com'],
    ['mcp.example.com', 'https://mcp.example.com'],
    ['', 'https://mcp.example.com'],
  ])('%s is not let in by %s', (url, place) => {
    expect(allowed(url, place)).toBe(false)
  })
})

it.each(['mcp.example.com', 'ws://mcp.example.com', 'https://a:b@mcp.example.com', 'https://mcp.example.com/?a=b'])(
  '%s names no place',
  (text) => {
    expect(readPlace(text)).toBeUndefined()
  },
)
