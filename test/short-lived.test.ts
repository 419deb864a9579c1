/**
 * What an exchange knows is small for a collector while it is young, and dear once it is not. An accessor written in an object made for
 * one exchange is enough to keep all of it: each such object gets a shape of its own, and shapes are never young.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('short-lived.mjs', import.meta.url))

it('leaves next to nothing of an exchange behind a collection of what is young', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script])
  const measured = stdout.trimEnd().split('\n')
  expect(measured).toHaveLength(4)
  // Of the 250 to 350 KB that one of them takes.
  for (const line of measured) expect(JSON.parse(line).leftKb, line).toBeLessThan(100)
})
