/** Where `node-llama-cpp` is, which does not come with Trooper, and how a person gets it. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const version = '3.22.1'

/** The ready-made binary of this machine's kind; of those for graphics cards there are more (local-engines.md 4.1). */
const binaries: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-armv7l',
  'linux-riscv64': 'linux-riscv64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}

/** The URL of its entry: beside Trooper, or in Trooper's data folder. */
export function findLibrary(dataFolder: string): string | undefined {
  for (const from of [import.meta.url, join(dataFolder, 'index.js')]) {
    try {
      return pathToFileURL(createRequire(from).resolve('node-llama-cpp')).href
    } catch {
      // Not there: the next place.
    }
  }
  return undefined
}

/** The small install: no source code is compiled, and one binary in place of all (85 MB in place of 725, local-engines.md 4.1). */
export function installCommand(dataFolder: string, platform = `${process.platform}-${process.arch}`): string {
  const binary = binaries[platform]
  const packages = [`node-llama-cpp@${version}`, ...(binary ? [`@node-llama-cpp/${binary}@${version}`] : [])]
  return `npm install --prefix ${dataFolder} --omit=optional --ignore-scripts ${packages.join(' ')}`
}
