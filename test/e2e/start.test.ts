import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readFileSync } from 'node:fs'
import { filesContaining, scratchFolder } from '../fakes/output.ts'
import type { TestProcess } from '../fakes/process.ts'
import { planted } from '../secrets.ts'
import { ask, dialects, emptyFolder, spawnTrooper, startStage, startTrooper } from './trooper.ts'

const started: TestProcess[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.stop()))
})

function spawn(env: Record<string, string>, args: string[] = [], cwd = emptyFolder()): TestProcess {
  const process = spawnTrooper(env, args, cwd)
  started.push(process)
  return process
}

const primaryLine = (process: TestProcess): Promise<string> =>
  process.line((line) => /Primary +: (\S+)/.exec(line)?.[1])

describe.skipIf(!existsSync('/dev/zero'))('what stands in the place of a file that Trooper keeps', () => {
  const setAside = (path: string): string => `${path} could not be read: it stands in ${path}.unreadable now`

  it.each([
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('and is none is not waited for, and told of: %s', async (what, put) => {
    const folder = scratchFolder('data')
    mkdirSync(join(folder, 'transcripts'))
    for (const file of ['ledger.json', 'days.json', 'token', 'transcripts/resp_1.json']) put(join(folder, file))
    const { process } = await startTrooper({ TROOPER_DATA_DIR: folder })
    started.push(process)
    for (const file of ['ledger.json', 'days.json']) expect(process.stdout).toContain(setAside(join(folder, file)))
    const untold = `${join(folder, 'token')} cannot be written: the terminal and agents may change nothing`
    if (what === 'a folder') expect(process.stdout).toContain(untold)
    else expect(readFileSync(join(folder, 'token'), 'utf8')).toMatch(/^[\w-]{43}\n$/)
    expect(readdirSync(folder)).toContain('ledger.json.unreadable')
  })
})

describe('settings', () => {
  it('are read from flags, environment and .env, in that order of strength', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.env'), 'PRIMARY_URL=http://from-file.test/v1/messages\nTROOPER_PORT=0\n')
    const file = spawn({}, [], folder)
    expect(await primaryLine(file)).toBe('http://from-file.test/v1/messages')
    const environment = spawn({ PRIMARY_URL: 'http://from-environment.test/v1/messages' }, [], folder)
    expect(await primaryLine(environment)).toBe('http://from-environment.test/v1/messages')
    const flag = spawn(
      { PRIMARY_URL: 'http://from-environment.test/v1/messages' },
      ['--primary-url', 'http://from-flag.test/v1/messages'],
      folder,
    )
    expect(await primaryLine(flag)).toBe('http://from-flag.test/v1/messages')
  })

  it('that say nothing to Trooper are told of at the start', async () => {
    const folder = emptyFolder()
    writeFileSync(
      join(folder, '.env'),
      'TROOPER_PORT=0\nPRIMARY_URI=https://api.test/v1/messages\nFALLBACK_MODEL qwen3:8b\n',
    )
    const process = spawn({}, [], folder)
    await process.line((line) =>
      line.endsWith('⚠️ PRIMARY_URI is no setting of Trooper; is PRIMARY_URL meant?') ? line : undefined,
    )
    expect(process.stdout).toContain('⚠️ .env line 3 says nothing')
  })

  it('with a value that looks like a flag are still one sentence', async () => {
    const process = spawn({}, ['--port', '-1'])
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toMatch(/^Option '--port' argument is ambiguous; see: trooper --help\n$/)
  })

  it.each([
    [{ PRIMARY_URL: 'nonsense' }, 'PRIMARY_URL', 'nonsense'],
    [
      { PRIMARY_URL: 'https://api.test/v1/unknown' },
      'PRIMARY_URL',
      '/messages, /chat/completions, /responses, /api/chat',
    ],
    [{ FALLBACK_URL: 'https://api.test/chat' }, 'FALLBACK_URL', '/api/chat'],
    [{ TROOPER_PORT: 'eighty' }, 'TROOPER_PORT', 'eighty'],
    [{ TROOPER_PORT: '70000' }, 'TROOPER_PORT', '70000'],
    [{ TROOPER_PROT: '3000' }, 'TROOPER_PROT', 'TROOPER_PORT'],
    [{ TROOPER_HOST: '0.0.0.0' }, 'TROOPER_HOST', 'TROOPER_TOKEN'],
    [{ QUOTA_STATUS_CODES: '429,abc' }, 'QUOTA_STATUS_CODES', '429,abc'],
  ])('that are wrong (%o) end the start with one sentence and exit code 78', async (env, variable, detail) => {
    const process = spawn(env)
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toContain(variable)
    expect(process.stderr).toContain(detail)
    expect(process.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('never appear in a complaint when they are secret', async () => {
    const process = spawn({ PRIMARY_API_KEY: `${planted.primaryKey} with a space` })
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toContain('PRIMARY_API_KEY')
    expect(process.stderr).not.toContain(planted.primaryKey)
  })

  it('that are unknown flags are refused', async () => {
    const process = spawn({}, ['--prot', '3000'])
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toContain("'--prot'")
  })
})

describe('the start', () => {
  it('ends with exit code 1 and one sentence when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const process = spawn({ TROOPER_PORT: port })
    expect(await process.exit()).toBe(1)
    expect(process.stderr).toBe(
      `Port ${port} on 127.0.0.1 is in use; stop the other program or set TROOPER_PORT to a free one.\n`,
    )
    other.close()
  })

  it('says where it listens, whom it asks and whose key it uses', async () => {
    const { process } = await startTrooper({ FALLBACK_URL: 'http://localhost:9/api/chat' })
    started.push(process)
    await process.line((line) => (line.includes("client's own credential") ? true : undefined))
    expect(process.stdout).toMatch(
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d 🪖 Trooper proxy starting on http:\/\/localhost:\d+\n/,
    )
    expect(process.stdout).toMatch(/\n.{19} {4}Primary {2}: https:\/\/api\.anthropic\.com\/v1\/messages\n/)
    expect(process.stdout).toMatch(/\n.{19} {4}Fallback : http:\/\/localhost:9\/api\/chat \(qwen2\.5:3b\)\n/)
  })

  it('works with the environment that the compose file gives it', async () => {
    const compose = parse(readFileSync('docker-compose.yml', 'utf8'))
    const { process, url } = await startTrooper({ ...compose.services.trooper.environment, TROOPER_PORT: '0' })
    started.push(process)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('ends with exit code 0 after SIGTERM, an answer under way included', async () => {
    const stage = await startStage('/v1/messages')
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer, holdAfter: 1 })
    const response = await ask(stage.trooper.url, 'anthropic', true)
    stage.trooper.process.signal('SIGTERM')
    await stage.trooper.process.line((line) => (line.includes('stopping') ? true : undefined))
    await stage.provider.release()
    expect(await response.text()).toContain('message_stop')
    expect(await stage.trooper.process.exit()).toBe(0)
    await stage.stop()
  })
})

describe('the log', () => {
  const conversation = async (env: Record<string, string>) => {
    const stage = await startStage('/v1/messages', env)
    await stage.provider.play({ mode: 'anthropic-credit' })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
    await ask(stage.trooper.url, 'anthropic', false)
    await stage.trooper.process.line((line) => (line.includes('Routing to local model') ? true : undefined))
    const lines = stage.trooper.process.stdout.trim().split('\n')
    await stage.stop()
    return lines
  }

  it('tells a person what happens', async () => {
    const lines = (await conversation({})).map((line) => line.slice('2026/04/21 08:24:10 '.length))
    const begin = lines.findIndex((line) => line.startsWith('📥'))
    expect(lines.slice(begin, begin + 3)).toEqual([
      '📥 POST /v1/messages (stream=false)',
      '⚠️ Primary 400 (credit spent): falling back to local model',
      '🪖 Routing to local model: qwen2.5:3b',
    ])
  })

  it('is JSON lines for machines', async () => {
    const lines = (await conversation({ LOG_FORMAT: 'json' })).map((line) => JSON.parse(line))
    expect(lines.find(({ status }) => status === 400)).toMatchObject({
      message: 'Primary 400 (credit spent): falling back to local model',
      reason: 'quota-spent',
      target: 'primary',
    })
    expect(lines.every((line) => typeof line.time === 'string' && typeof line.level === 'number')).toBe(true)
  })

  it('holds no key, prompt or answer, whatever went through', async () => {
    await conversation({ PRIMARY_API_KEY: planted.primaryKey })
    await conversation({ LOG_FORMAT: 'json' })
    for (const secret of Object.values(planted))
      expect((await filesContaining(secret)).filter((name) => name.startsWith('trooper-'))).toEqual([])
  })
})

describe('the guard', () => {
  it('refuses foreign host names, pages of other sites, and says what to do', async () => {
    const { process, url } = await startTrooper({
      TROOPER_ALLOWED_HOSTS: 'ai.home.test',
      TROOPER_ALLOWED_ORIGINS: 'https://app.test',
    })
    started.push(process)
    const { request } = await import('node:http')
    const status = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve) => {
        request(`${url}/`, { headers, agent: false }, (response) => resolve(response.resume().statusCode)).end()
      })
    expect(await status({})).toBe(200)
    expect(await status({ host: 'evil.example' })).toBe(403)
    expect(await status({ host: 'ai.home.test:3000' })).toBe(200)
    expect(await status({ origin: 'https://evil.example' })).toBe(403)
    expect(await status({ origin: 'null' })).toBe(403)
    expect(await status({ origin: 'https://app.test' })).toBe(200)
    const page = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { ...dialects.anthropic.headers, origin: 'https://evil.example' },
      body: '{}',
    })
    expect(page.headers.get('access-control-allow-origin')).toBeNull()
    expect(await page.json()).toMatchObject({
      type: 'error',
      error: { type: 'permission_error', message: expect.stringContaining('TROOPER_ALLOWED_ORIGINS') },
    })
  })

  it('with a token lets in whoever carries it, and uses the key of its own upstream', async () => {
    const stage = await startStage('/v1/messages', {
      TROOPER_TOKEN: planted.token,
      PRIMARY_API_KEY: planted.primaryKey,
      TROOPER_HOST: '0.0.0.0',
    })
    await stage.provider.configure({ credential: planted.primaryKey })
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${stage.trooper.url}/v1/messages`, {
        method: 'POST',
        headers: { 'anthropic-version': '2023-06-01', 'content-type': 'application/json', ...headers },
        body: JSON.stringify(dialects.anthropic.body('hi', false)),
      })
    expect((await post({})).status).toBe(401)
    expect((await post({ 'x-api-key': `${planted.token}x` })).status).toBe(401)
    expect((await post({ 'x-api-key': planted.token })).status).toBe(200)
    expect((await post({ authorization: `Bearer ${planted.token}` })).status).toBe(200)
    const requests = await stage.provider.requests()
    expect(requests).toHaveLength(2)
    expect(JSON.stringify(requests)).not.toContain(planted.token)
    await stage.stop()
  })

  it('refuses a body over the limit before reading it, in the dialect of the client', async () => {
    const { process, url } = await startTrooper({ TROOPER_MAX_BODY_MB: '1' })
    started.push(process)
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: 'x'.repeat(1_100_000) })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('TROOPER_MAX_BODY_MB'), type: 'invalid_request_error' },
    })
  })
})
