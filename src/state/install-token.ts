/**
 * The token of this installation: whoever can read it may change what Trooper does. Made at the first start, in the data folder, readable by
 * its owner only.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from './read-text.ts'

const fileName = 'token'
const shape = /^[A-Za-z0-9_-]{43}$/

/** `undefined`: there is none, or none that can be read. */
export function readInstallToken(folder: string): string | undefined {
  const text = readText(join(folder, fileName))?.trim()
  return text !== undefined && shape.test(text) ? text : undefined
}

/** The one that is there, or a new one. Where no file can be written it is good until the stop; `onUnwritable` is told which then. */
export function openInstallToken(folder: string, onUnwritable: (path: string) => void): string {
  const path = join(folder, fileName)
  const fresh = randomBytes(32).toString('base64url')
  const token = readInstallToken(folder) ?? tryToKeep(folder, fresh)
  if (token === undefined) onUnwritable(path)
  else keepPrivate(path)
  return token ?? fresh
}

/** What stands there then: this one, or one that came first. */
function tryToKeep(folder: string, token: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    put(join(folder, fileName), token)
  } catch {
    return undefined
  }
  return readInstallToken(folder)
}

/** Of several Troopers that start at once the first one's is everybody's: a link is made whole, and only where there is none. */
function put(path: string, token: string): void {
  const half = `${path}.${process.pid}.tmp`
  writeFileSync(half, `${token}\n`, { mode: 0o600 })
  try {
    rmUnread(path)
    linkSync(half, path)
  } catch (error) {
    // Some file systems have no links.
    if (!isCode(error, 'EEXIST')) renameSync(half, path)
  } finally {
    rmSync(half, { force: true })
  }
}

/** What stands there is no token: a half of one, or somebody's mistake, of which a folder stays. */
function rmUnread(path: string): void {
  const text = readText(path)
  if (text !== undefined && !shape.test(text.trim())) rmSync(path)
}

/** It may have come back from a backup with other modes. Windows has none, and another's file is not for us to change. */
function keepPrivate(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  } catch {
    // It is readable, and so good enough.
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
