/** The process of an embedded model by itself, as Trooper starts it. */
import { fileURLToPath } from 'node:url'
import { findLibrary } from '../../src/embedded/library-path.ts'
import { readLines, type Told } from './lines.ts'
import { TestProcess } from '../fakes/process.ts'
import { dataFolderWithLibrary } from './equipment.ts'

const program = fileURLToPath(new URL('../../dist/embedded.js', import.meta.url))
const token = 'planted-token-of-an-embedded-model'

export interface EngineProcess {
  process: TestProcess
  url: string
  ask(path: string, body?: object, signal?: AbortSignal): Promise<Response>
  chat(body: object): Promise<Told>
  stop(): Promise<void>
}

/** `command`: another Node. */
export async function startEngine(path: string, command = process.execPath): Promise<EngineProcess> {
  const folder = dataFolderWithLibrary()
  const child = new TestProcess({ name: 'embedded', command, args: [program] })
  const assignment = {
    token,
    version: '0.0.0',
    library: findLibrary(folder),
    install: 'npm install',
    source: { from: 'file', path },
    model: 'tiny',
    modelsFolder: folder,
  }
  child.write(JSON.stringify(assignment))
  const port = await child.line((line) => /"port":(\d+)/.exec(line)?.[1])
  const url = `http://127.0.0.1:${port}`
  const ask: EngineProcess['ask'] = (where, body, signal) =>
    fetch(url + where, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
  return {
    process: child,
    url,
    ask,
    chat: async (body) => readLines(await (await ask('/api/chat', { model: 'tiny', ...body })).text()),
    stop: async () => {
      child.endInput()
      await child.exit()
    },
  }
}
