/** The official conformance suite, its own program: against `/mcp` of a running Trooper, and against its endpoint with what the suite looks for. */
import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { newerNode, programOf } from '../clients/clients.ts'
import { emptyFolder, startTrooper } from '../e2e/trooper.ts'
import { TestProcess } from '../fakes/process.ts'
import { startEverything } from './everything.ts'

const suite = programOf('@modelcontextprotocol/conformance')
/** The suite wants a newer Node than Trooper does. */
const node = newerNode()

const reasons = z.record(z.string(), z.string().min(20))
const exceptions = z
  .object({ endpoint: reasons, trooper: reasons })
  .parse(parse(readFileSync(new URL('./conformance-exceptions.yaml', import.meta.url), 'utf8')))

async function run(args: string[]): Promise<string> {
  const process = new TestProcess({
    name: 'conformance',
    ...(node !== undefined && { command: node }),
    args: [suite, ...args],
    cwd: emptyFolder(),
  })
  await process.exit()
  return process.stdout
}

describe.skipIf(!existsSync(suite) || node === undefined)('the official suite', () => {
  let known: string[] = []
  beforeAll(async () => {
    const [servers = ''] = (await run(['list'])).split('Client scenarios')
    known = [...servers.matchAll(/^ {2}- (\S+) \[/gm)].map(([, name]) => name ?? '')
    expect(known.length).toBeGreaterThan(30)
  })

  /** Every scenario but the exceptions passes, and these fail. */
  const check = async (url: string, excepted: object): Promise<void> => {
    const verdicts = [
      ...(await run(['server', '--url', url, '--suite', 'all'])).matchAll(/^([✓✗]) (\S+): \d+ passed, \d+ failed/gm),
    ]
    expect(verdicts.map(([, , name]) => name)).toEqual(known)
    const failed = verdicts.flatMap(([, mark, name]) => (mark === '✗' ? [name ?? ''] : []))
    expect(failed.toSorted()).toEqual(Object.keys(excepted).toSorted())
  }

  it('finds at /mcp of a running Trooper what it can look at there', async () => {
    const trooper = await startTrooper({})
    await check(`${trooper.url}/mcp`, exceptions.trooper)
    await trooper.process.stop()
  })

  it('passes on the same endpoint with what it looks for', async () => {
    const { server, url } = await startEverything()
    await check(url, exceptions.endpoint)
    server.close()
  })
})
