/** The built package, taken into another program. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const entry = new URL('../dist/index.js', import.meta.url)
/** Where Node's own `fetch` and every undici look for whom to send a request through. */
const shared = `globalThis[Symbol.for('undici.globalDispatcher.1')]`

it('leaves alone whom the requests of the program around it go through', async () => {
  const script = `await import('${entry.href}'); console.log(${shared} === undefined)`
  const args = ['--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(new URL('.', entry)) })
  expect(stdout).toBe('true\n')
})
