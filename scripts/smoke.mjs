// Smoke test of the package as users get it, under a plain Node: packed, unpacked, started, one answer relayed, one fallen back, one with a tool of an MCP
// server, one that is counted by its model's vocabulary, the page, one drill, and an agent that lists its tools.
// usage: node scripts/smoke.mjs node-20|node-22|node-24
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const creditSpent = {
  type: 'error',
  error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' },
}

let vocabulariesTold = 0
const listTools = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })

const node = findNode(process.argv[2] ?? 'node-20')
const folder = mkdtempSync(join(tmpdir(), 'trooper-smoke-'))
const upstream = createServer(answer)
await new Promise((done) => upstream.listen(0, '127.0.0.1', done))
const origin = `http://127.0.0.1:${upstream.address().port}`

try {
  const program = unpack()
  assert.match(run(program, '--version'), /^\d+\.\d+\.\d+\n$/)
  await withTrooper(program, async (url) => {
    assert.equal((await ask(url, 'relay me')).id, 'msg_cloud')
    const local = await ask(url, 'credit is gone')
    assert.match(local.id, /^trooper-fallback-\w+$/)
    assert.equal(local.content[0].text, 'hello from here')
    assert.match(await toolsOverHttp(url), /"ask_local_model"/)
    const served = await ask(url, 'credit is gone', {
      mcp_servers: [{ type: 'url', name: 'docs', url: `${origin}/mcp` }],
    })
    assert.deepEqual(
      served.content.map(({ type, content, text }) => text ?? content?.[0].text ?? type),
      ['mcp_tool_use', 'found it', 'hello from here'],
    )
    await loadPage(url)
    assert.notEqual(await omittedOf(url, longTurns(), 5), null)
    assert.equal(vocabulariesTold, 1)
  })
  assert.equal(await toolsOverStdio(program), 9)
  // It throws when the drill does not end well.
  assert.match(run(program, 'drill', 'quota-spent', '--stand-in'), /✓ {2}quota-spent/)
  console.log(`ok under ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`)
} finally {
  upstream.close()
  upstream.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
}

/** The Node that runs this script if it is of that major, else the one that the test clients brought along. */
function findNode(name) {
  if (process.version.startsWith(`v${name.slice('node-'.length)}.`)) return process.execPath
  const folders = [name, `${name}-arm64`].map((alias) => resolve('test/clients/node_modules', alias, 'bin/node'))
  const found = folders.find((path) => existsSync(path))
  if (!found) throw new Error(`${name} is not at hand; install it with test/clients/install.sh`)
  return found
}

function unpack() {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8' })
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[')))
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder])
  return join(folder, 'package/dist/trooper.js')
}

// An empty working folder: no .env of this checkout gets in.
function run(...args) {
  return execFileSync(node, args, { encoding: 'utf8', cwd: folder, env: { PATH: process.env.PATH } })
}

async function withTrooper(program, use) {
  const args = [
    program,
    '--port',
    '0',
    '--primary-url',
    `${origin}/v1/messages`,
    '--fallback-url',
    `${origin}/api/chat`,
    '--mcp-servers',
    origin,
  ]
  // An empty working folder: no .env of this checkout gets in.
  const trooper = spawn(node, args, {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await new Promise((done, fail) => {
      trooper.once('exit', (code) => fail(new Error(`Trooper ended with ${code}`)))
      createInterface(trooper.stdout).on('line', (line) => {
        const match = /starting on (http:\S+)/.exec(line)
        if (match) done(match[1])
      })
    })
    await use(url)
    trooper.removeAllListeners('exit')
    const ended = new Promise((done) => trooper.once('exit', done))
    trooper.kill('SIGTERM')
    assert.equal(await ended, 0)
  } finally {
    trooper.kill('SIGKILL')
  }
}

async function ask(url, content, more = {}) {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'smoke', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model: 'claude', max_tokens: 10, messages: [{ role: 'user', content }], ...more }),
  })
  assert.equal(response.status, 200)
  return response.json()
}

/** What was left out of a conversation, as the header tells it. On a busy machine its vocabulary is there for the next attempt only. */
async function omittedOf(url, messages, attempts) {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'smoke', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model: 'claude', max_tokens: 10, messages }),
  })
  const omitted = response.headers.get('x-trooper-omitted')
  return omitted === null && attempts > 1 ? omittedOf(url, messages, attempts - 1) : omitted
}

/** They would fit by any estimate; by the model's own vocabulary, which has a token for each byte, they do not. */
function longTurns() {
  const turns = Array.from({ length: 9 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: `${at} `.padEnd(4000, 'international conversation '),
  }))
  return [...turns.slice(0, -1), { role: 'user', content: 'credit is gone' }]
}

/** As a browser comes: by the root, to a page whose script is there. */
async function loadPage(url) {
  const page = await fetch(url, { headers: { accept: 'text/html' } })
  assert.equal(page.status, 200)
  const [, script] = /<script type="module"[^>]* src="([^"]+)"/.exec(await page.text())
  assert.equal((await fetch(url + script)).headers.get('content-type'), 'text/javascript; charset=utf-8')
}

async function toolsOverHttp(url) {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const response = await fetch(`${url}/mcp`, { method: 'POST', headers, body: listTools })
  return response.text()
}

async function toolsOverStdio(program) {
  const server = spawn(node, [program, 'mcp'], { cwd: folder, env: { PATH: process.env.PATH } })
  server.stdin.write(`${listTools}\n`)
  const line = await new Promise((done) => createInterface(server.stdout).once('line', done))
  server.stdin.end()
  return JSON.parse(line).result.tools.length
}

/** A provider, an Ollama and an MCP server in one. */
function answer(request, response) {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    if (request.url === '/api/show')
      return give(response, 200, { model_info: modelInfo(JSON.parse(text)), capabilities: ['tools'] })
    if (request.url === '/api/chat') return response.end(ollamaLines(messageFor(JSON.parse(text))))
    if (request.url === '/mcp') return answerAsServer(text === '' ? {} : JSON.parse(text), response)
    if (text.includes('credit is gone')) return give(response, 400, creditSpent)
    give(response, 200, { id: 'msg_cloud', type: 'message', role: 'assistant', content: [] })
  })
}

/** Of a window of 8192 tokens, and with the letters of GPT-2 for bytes for whoever asks for its vocabulary. */
function modelInfo({ verbose = false }) {
  if (verbose) vocabulariesTold += 1
  const letters = Array.from({ length: 0x144 }, (_, at) => String.fromCodePoint(at))
  return {
    'general.architecture': 'tiny',
    'tiny.context_length': 8192,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': verbose ? letters : [],
    'tokenizer.ggml.merges': verbose ? ['q x'] : [],
  }
}

/** It calls a tool where there is one, once. */
function messageFor({ tools, messages }) {
  const calls = tools !== undefined && messages.at(-1).role !== 'tool'
  if (!calls) return { role: 'assistant', content: 'hello from here' }
  return { role: 'assistant', content: '', tool_calls: [{ function: { name: 'docs_search', arguments: {} } }] }
}

function answerAsServer({ id, method }, response) {
  const results = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: [{ name: 'search', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: 'found it' }] },
  }
  if (id === undefined) return response.writeHead(202).end()
  const said = results[method] ? { result: results[method] } : { error: { code: -32601, message: 'Method not found' } }
  give(response, 200, { jsonrpc: '2.0', id, ...said })
}

function ollamaLines(message) {
  const lines = [
    { model: 'm', message, done: false },
    {
      model: 'm',
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 3,
      eval_count: 4,
    },
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

function give(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
