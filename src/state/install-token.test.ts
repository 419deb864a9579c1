import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchFolder } from '../../test/fakes/output.ts'
import { openInstallToken, readInstallToken } from './install-token.ts'

const unwritable = (): never => expect.unreachable()
const open = (folder: string): string => openInstallToken(folder, unwritable)

describe('the token of an installation', () => {
  it('is made once, for its owner only, and stays', () => {
    const folder = join(scratchFolder('data'), 'new')
    const token = open(folder)
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(open(folder)).toBe(token)
    expect(readInstallToken(folder)).toBe(token)
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['token'])
  })

  it('is another one elsewhere', () => {
    expect(open(scratchFolder('data'))).not.toBe(open(scratchFolder('data')))
  })

  it.each(['', 'half', 'a token with spaces, and far more than forty-three characters'])(
    'takes the place of what is none: %j',
    (text) => {
      const folder = scratchFolder('data')
      writeFileSync(join(folder, 'token'), text)
      expect(readInstallToken(folder)).toBeUndefined()
      const token = open(folder)
      expect(readFileSync(join(folder, 'token'), 'utf8')).toBe(`${token}\n`)
    },
  )

  it('is made its owner’s again where a backup has opened it to others', () => {
    const folder = scratchFolder('data')
    const token = open(folder)
    chmodSync(join(folder, 'token'), 0o644)
    expect(open(folder)).toBe(token)
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600)
  })

  it('is good until the stop where nothing can be written', () => {
    const folder = scratchFolder('data')
    mkdirSync(join(folder, 'token'))
    let reports = 0
    const token = openInstallToken(folder, () => (reports += 1))
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(reports).toBe(1)
    expect(readInstallToken(folder)).toBeUndefined()
  })
})
