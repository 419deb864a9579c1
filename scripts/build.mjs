// Bundles the program and the package entry, each into one file with nothing to install, and builds the page beside them.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'
import { buildPage } from './build-page.mjs'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

rmSync('dist', { recursive: true, force: true })
await build({
  // The last three run beside Trooper, in processes and a thread of their own: a model inside it, a drill while it is at work, and what counts tokens.
  entryPoints: {
    trooper: 'src/main.ts',
    index: 'src/index.ts',
    embedded: 'src/embedded/child/main.ts',
    drill: 'src/drill/child.ts',
    tokenizer: 'src/engines/tokenizers/thread.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  alias: {
    undici: './scripts/undici.cjs',
    // What a tool gave back is the model's to read: nobody checks it, least of all with a validator of 290 KB.
    '@modelcontextprotocol/client/_shims': './node_modules/@modelcontextprotocol/client/dist/shimsWorkerd.mjs',
    // Nor does Trooper's own server ask its agents anything that would have to be checked.
    '@modelcontextprotocol/server/_shims': './node_modules/@modelcontextprotocol/server/dist/shimsBrowser.mjs',
  },
  // Trooper speaks in its log alone. What packages would print has a server's own words in it, and would stand between the lines of the log.
  drop: ['console'],
  define: { TROOPER_VERSION: JSON.stringify(version), TROOPER_DOCS: JSON.stringify(docs()) },
  // undici and pino are CommonJS and call `require` for what Node itself provides.
  banner: {
    js: "import { createRequire as trooperRequire } from 'node:module'; const require = trooperRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
await buildPage()
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.types.json'], { stdio: 'inherit' })

/** The manual, for agents: by name, without the ending. */
function docs() {
  const pages = readdirSync('docs').filter((file) => file.endsWith('.md'))
  const paths = ['README.md', ...pages.map((file) => `docs/${file}`)]
  return Object.fromEntries(paths.map((path) => [path.replace(/^docs\/|\.md$/g, ''), readFileSync(path, 'utf8')]))
}
