/** The files of the page (`/dashboard`), read once and served from memory, under a policy that lets nothing else in. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../version.ts'

type Coding = 'br' | 'gzip' | 'identity'

interface Asset {
  type: string
  /** Its name has a digest of what is in it. */
  isFixed: boolean
  /** Best first; the last one is the file itself. */
  forms: { coding: Coding; bytes: Buffer; tag: string }[]
}

export interface Assets {
  /**
   * `path` as it was asked for, without its query: `/dashboard`, `/dashboard/assets/…`. `cookie`: the `Set-Cookie` that goes with the page
   * itself, if any.
   */
  answer(request: IncomingMessage, response: ServerResponse, path: string, cookie?: string): void
}

/** Beside the built program; a program that runs from its sources finds the same build. */
const builtPage = new URL(version === 'dev' ? '../../dist/dashboard/' : './dashboard/', import.meta.url)

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts and styles of the page's own files only: nothing inline, nothing from elsewhere, in nobody's frame. */
const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** `folder` as the build leaves it: each file beside its compressed forms. Without it the page says how to build it. */
export function openAssets(folder = fileURLToPath(builtPage)): Assets {
  const assets = readAssets(folder)
  return {
    answer: (request, response, path, cookie) => {
      const asset = assets.get(path === '/dashboard' ? '/dashboard/index.html' : path)
      if (!asset) return sayNotFound(response, path, assets.size > 0)
      const form = asset.forms.find(({ coding }) => accepts(request.headers['accept-encoding'], coding))
      if (form) answerForm(request, response, asset, form, asset.type === types['.html'] ? cookie : undefined)
      else response.writeHead(406, { ...pageHeaders, vary: 'accept-encoding' }).end()
    },
  }
}

function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  if (!existsSync(folder)) return assets
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/dashboard/${relative(folder, file).split(sep).join('/')}`
    assets.set(path, { type, isFixed: path.startsWith('/dashboard/assets/'), forms: formsOf(file) })
  }
  return assets
}

/** A validator is of one form: a cache must not take one for another (RFC 9110 8.8.3.3). */
function formsOf(file: string): Asset['forms'] {
  const plain = readFileSync(file)
  const digest = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  const form = (coding: Coding, bytes: Buffer) => ({ coding, bytes, tag: `"${digest}-${coding}"` })
  const compressed = (coding: Coding, path: string) => (existsSync(path) ? [form(coding, readFileSync(path))] : [])
  return [...compressed('br', `${file}.br`), ...compressed('gzip', `${file}.gz`), form('identity', plain)]
}

function answerForm(
  request: IncomingMessage,
  response: ServerResponse,
  { type, isFixed }: Asset,
  { coding, bytes, tag }: Asset['forms'][number],
  cookie: string | undefined,
): void {
  const headers = {
    ...pageHeaders,
    etag: tag,
    vary: 'accept-encoding',
    'cache-control': isFixed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(cookie !== undefined && { 'set-cookie': cookie }),
  }
  if (isKnown(request.headers['if-none-match'], tag)) return void response.writeHead(304, headers).end()
  response.writeHead(200, {
    ...headers,
    'content-type': type,
    'content-length': bytes.length,
    ...(coding !== 'identity' && { 'content-encoding': coding }),
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

function sayNotFound(response: ServerResponse, path: string, isBuilt: boolean): void {
  const sentence = isBuilt ? `The page has no file ${path}.` : 'The page is not built; run: npm run build'
  response.writeHead(404, { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${sentence}\n`)
}

/** RFC 9110 12.5.3: what is not named is not wanted, but for `identity`; a weight of zero takes back. */
function accepts(header: string | string[] | undefined, coding: Coding): boolean {
  const wanted = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [name = '', weight = ''] = part.split(';')
        return [name.trim(), !/^\s*q=0(\.0*)?\s*$/.test(weight)] as const
      }),
  )
  return wanted.get(coding) ?? wanted.get('*') ?? coding === 'identity'
}

function isKnown(header: string | undefined, tag: string): boolean {
  return header !== undefined && header.split(',').some((known) => known.trim().replace(/^W\//, '') === tag)
}

/** Browsers say so; everybody else gets JSON at `/`. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  return /\btext\/html\b/i.test(headers.accept ?? '')
}

/** The answer depends on who asks, so nobody may keep it for others. */
export function leadToPage(response: ServerResponse): void {
  response.writeHead(302, { location: '/dashboard', vary: 'accept', 'cache-control': 'no-store' }).end()
}
