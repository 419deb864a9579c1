/** What the build makes of the page: small, of its own files only, and without anything inline. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const folder = 'dist/dashboard'
const html = readFileSync(`${folder}/index.html`, 'utf8')
const assets = readdirSync(`${folder}/assets`).filter((name) => /\.(js|css)$/.test(name))
const read = (name: string): string => readFileSync(`${folder}/assets/${name}`, 'utf8')
const gzipped = (text: string): number => gzipSync(text, { level: 9 }).length
const sum = (sizes: number[]): number => sizes.reduce((total, size) => total + size, 0)

describe('the bundle of the page', () => {
  const first = assets.filter((name) => html.includes(name))

  it('takes at most 34 KB (gzip) until it shows who answers', () => {
    expect(first).toHaveLength(2)
    expect(gzipped(html) + sum(first.map((name) => gzipped(read(name))))).toBeLessThan(34_000)
  })

  it('takes at most 57 KB with what draws the charts', () => {
    expect(gzipped(html) + sum(assets.map((name) => gzipped(read(name))))).toBeLessThan(57_000)
  })

  it('has nothing inline, which its policy forbids', () => {
    expect(html.match(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/g)).toBeNull()
  })

  it('names no other place than the namespaces of the DOM', () => {
    const named = [html, ...assets.map(read)].flatMap(
      (text) => text.match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+[^\s"'`)]*/g) ?? [],
    )
    expect(named.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([])
  })

  it('lies beside its compressed forms', () => {
    for (const name of assets)
      for (const form of ['br', 'gz']) expect(existsSync(`${folder}/assets/${name}.${form}`)).toBe(true)
  })
})
