/** Tiny models with random weights, and the library that runs them, where it is installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scratchFolder } from '../fakes/output.ts'

const libraryFolder = inHere('node_modules')
const script = inHere('../../scripts/make-tiny-model.mjs')

/** True, or why no model can run here. */
export function available(): true | { skip: string } {
  return (
    existsSync(join(libraryFolder, '.installed-lock.json')) || {
      skip: 'node-llama-cpp is not installed: run test/embedded/install.sh',
    }
  )
}

/** Another Node that the test clients brought along; the one that runs the tests is one of the three. */
export function nodeOf(major: 22 | 24): string | undefined {
  return [`node-${major}`, `node-${major}-arm64`]
    .map((name) => inHere(`../clients/node_modules/${name}/bin/node`))
    .find((path) => existsSync(path))
}

export type TinyModel = 'plain' | 'endless' | 'thinks' | 'small'

const flags: Readonly<Record<TinyModel, string[]>> = {
  plain: [],
  /** Never ends by itself. */
  endless: ['--endless', '--context', '65536'],
  thinks: ['--thinks'],
  small: ['--context', '512'],
}

const made = new Map<TinyModel, string>()

/** The path of its file, which is called `tiny.gguf`. */
export function tinyModel(kind: TinyModel): string {
  const known = made.get(kind)
  if (known !== undefined) return known
  const path = join(scratchFolder('model'), 'tiny.gguf')
  execFileSync(process.execPath, [script, ...flags[kind], path])
  made.set(kind, path)
  return path
}

/** A data folder in which Trooper finds the library, as after the command that it names. */
export function dataFolderWithLibrary(): string {
  const folder = scratchFolder('data')
  symlinkSync(libraryFolder, join(folder, 'node_modules'))
  return folder
}

function inHere(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
