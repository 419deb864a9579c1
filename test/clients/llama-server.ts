/** The server of llama.cpp itself, with a tiny model of random weights, where its package is installed. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scratchFolder } from '../fakes/output.ts'
import { TestProcess } from '../fakes/process.ts'

const python = inHere('.venv/bin/python')

/** True, or why it cannot run here. */
export function llamaServerAvailable(): true | { skip: string } {
  if (!existsSync(python)) return { skip: 'no Python clients: run test/clients/install.sh' }
  try {
    execFileSync(python, ['-c', 'import xllamacpp'], { stdio: 'ignore' })
    return true
  } catch {
    return { skip: 'the server of llama.cpp is not installed: run test/clients/install.sh' }
  }
}

export interface RealLlamaServer {
  /** `http://127.0.0.1:<port>`. */
  url: string
  stop(): Promise<unknown>
}

export async function startRealLlamaServer(contextTokens: number): Promise<RealLlamaServer> {
  const model = join(scratchFolder('model'), 'tiny.gguf')
  execFileSync(process.execPath, [inHere('../../scripts/make-tiny-model.mjs'), '--endless', model])
  const args = [inHere('drivers/llama_server.py'), model, String(contextTokens)]
  const server = new TestProcess({ name: 'llama-server', command: python, args })
  const url = await server.line((line) => (line.startsWith('http://') ? line.trim() : undefined))
  return { url, stop: () => server.stop() }
}

function inHere(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
