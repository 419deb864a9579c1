/** zstd, for tests that run on any Node: bytes in it, and the program on a Node that reads it. */
import { execFileSync } from 'node:child_process'
import { describe, it } from 'vitest'
import { nodeOf } from '../embedded/equipment.ts'
import { TestProcess } from '../fakes/process.ts'
import { emptyFolder, program, type RunningTrooper } from './trooper.ts'

/** One block that is stored as it is, in the frame of RFC 8878: what Node itself can write only from 22.15 on. */
export function zstd(bytes: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(0xfd2fb528, 0)
  // A single segment whose size stands in four bytes.
  head.writeUInt8(0xa0, 4)
  head.writeUInt32LE(bytes.length, 5)
  // The last block, stored; its size from the fourth bit on.
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3)
  return Buffer.concat([head, bytes])
}

/** The Node of this test, and others that the clients brought along: they do not read alike. */
const nodesWithZstd = [process.execPath, nodeOf(24), nodeOf(22)].flatMap((node) =>
  node !== undefined && knowsZstd(node) ? [node] : [],
)

/** Tests for each of them. Where there is none, it is said: a file without any test fails. */
export function describeWithZstd(what: string, tests: (node: string) => void): void {
  if (nodesWithZstd.length === 0)
    return it.skip(`skipped: ${what}: no Node of 22.15 or newer is here: run test/clients/install.sh`)
  describe.each(nodesWithZstd)(what, tests)
}

function knowsZstd(node: string): boolean {
  return execFileSync(node, ['-p', '"zstdDecompress" in zlib'], { encoding: 'utf8' }).trim() === 'true'
}

export async function startTrooperWithZstd(node: string, env: Record<string, string>): Promise<RunningTrooper> {
  const process = new TestProcess({
    name: 'trooper',
    command: node,
    args: [program],
    env: { TROOPER_PORT: '0', ...env },
    cwd: emptyFolder(),
    endWithParent: true,
  })
  const port = await process.line((line) => /starting on http:\S+:(\d+)/.exec(line)?.[1])
  return { process, url: `http://127.0.0.1:${port}` }
}
