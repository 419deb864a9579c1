/** A TypeScript project of samples, written for the compiler to judge. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exactText } from '../../src/ir/exact-json.ts'
import type { Sample } from './sample.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const clientsFolder = join(root, 'test/clients')
const typesFolder = join(clientsFolder, 'types')

/** Those whose types `test/clients/types` imports. */
const sdks = ['anthropic-1', 'openai-7', 'ollama']

/** True, or why there are no types to compare with. */
export function available(): true | { skip: string } {
  const missing = sdks.find((name) => !existsSync(join(clientsFolder, 'node_modules', name)))
  return missing === undefined || { skip: `${missing} is not installed: run test/clients/install.sh` }
}

export interface Complaint {
  /** Unset when it is about a file of `test/clients/types` itself. */
  sample?: Sample
  text: string
}

/** What the compiler has to say against the samples, and against `test/clients/types`. */
export async function compile(samples: readonly Sample[]): Promise<Complaint[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trooper-wire-types-'))
  try {
    await writeProject(folder, samples)
    return readComplaints(await runCompiler(folder), samples)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function writeProject(folder: string, samples: readonly Sample[]): Promise<void> {
  const config = {
    extends: join(typesFolder, 'tsconfig.json'),
    compilerOptions: {
      typeRoots: [join(root, 'node_modules/@types')],
      // The samples name the types by their absolute path.
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
    },
    include: [join(typesFolder, '*.ts'), '*.ts'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  await Promise.all(samples.map((sample, at) => writeFile(join(folder, `${at}.ts`), sourceOf(sample))))
}

/** The values as literals: of those alone the compiler also refuses fields that the type does not have. */
function sourceOf({ type, values }: Sample): string {
  const literals = values.map((value) => exactText(value))
  return `import type { ${type} } from ${JSON.stringify(join(typesFolder, 'wire.ts'))}
export const values: ${type}[] = [
${literals.join(',\n')}
]
`
}

function runCompiler(folder: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const args = [compiler, '-p', folder, '--pretty', 'false']
  return new Promise((resolve) => {
    // It ends with an error when it has complaints; they are all on its standard output.
    execFile(process.execPath, args, { maxBuffer: 256 * 1024 * 1024 }, (_error, output) => resolve(output))
  })
}

/** A complaint is a line with the place, and indented ones that go into detail. */
function readComplaints(output: string, samples: readonly Sample[]): Complaint[] {
  return output
    .split(/\n(?=\S)/)
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const [place, at] = /^.*?(\d+)\.ts\(\d+,\d+\): /.exec(text) ?? ['']
      const sample = samples[Number(at)]
      return sample ? { sample, text: text.slice(place.length) } : { text }
    })
}
