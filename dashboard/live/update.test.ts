import { describe, expect, it } from 'vitest'
import { createUpdate } from './update.ts'

const page = (script: string): string =>
  `<html><script type="module" src="/dashboard/assets/${script}"></script></html>`

/** How often the page is loaded again, where Trooper has these pages one after the other. */
async function reloads(...answers: (() => Response)[]): Promise<number> {
  let count = 0
  const given = answers.values()
  const fetch: typeof globalThis.fetch = async () => {
    const next = given.next().value
    if (!next) throw new TypeError('Failed to fetch')
    return next()
  }
  const update = createUpdate(fetch, 'http://localhost:3000/dashboard/assets/index-old.js', () => (count += 1))
  for (let at = 0; at < answers.length + 1; at += 1) await update.look()
  return count
}

const has = (script: string) => () => new Response(page(script))

describe('the page', () => {
  it('stays while it is the one that Trooper has', async () => {
    expect(await reloads(has('index-old.js'), has('index-old.js'))).toBe(0)
  })

  it('is loaded again, once, when Trooper has another', async () => {
    expect(await reloads(has('index-old.js'), has('index-new.js'), has('index-new.js'))).toBe(1)
  })

  it.each<[string, () => Response]>([
    ['nothing', () => new Response('', { status: 502 })],
    ['no page', () => new Response('{"name":"trooper"}')],
    ['an error', () => new Response(page('index-new.js'), { status: 500 })],
  ])('stays where %s answers in its place', async (_, answer) => {
    expect(await reloads(answer)).toBe(0)
  })
})
