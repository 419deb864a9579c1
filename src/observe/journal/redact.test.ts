import { describe, expect, it } from 'vitest'
import { redact } from './redact.ts'

const keys = [
  'sk-ant-api03-abcdefghijklmnopqrstuvwxyz',
  'sk-proj-Abc_def-0123456789abcdef',
  'gsk_0123456789abcdefghij',
  'AIzaSyA0123456789abcdefghijklmnopqrstuv',
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_0123456789abcdefghij',
  'pypi-AgEIcHlwaS5vcmcCJDAxMjM0NTY3',
  'nvapi-0123456789abcdefghij',
  'dop_v1_0123456789abcdef0123456789abcdef',
  'shpat_0123456789abcdef0123456789abcdef',
  'glsa_0123456789abcdefghij_01234567',
  'GOCSPX-0123456789abcdefghij',
  'lin_api_0123456789abcdefghij',
  'hvs.CAESIJ0123456789abcdefghij',
  'ya29.a0AfH6SMB0123456789abcdef',
  'SG.0123456789abcdefghijkl.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk',
]

describe('what is taken out before a person reads along', () => {
  it.each(keys)('a key: %s', (key) => {
    expect(redact(`use ${key} for it`)).toBe('use [hidden] for it')
    expect(redact(JSON.stringify({ text: key }))).not.toContain(key)
  })

  it.each([
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [hidden]'],
    ['{"type":"mcp","authorization":"abc123def"}', '{"type":"mcp","authorization":"[hidden]"}'],
    ['{"authorization_token":"abc123def"}', '{"authorization_token":"[hidden]"}'],
    ['{"password": "correct horse"}', '{"password": "[hidden]"}'],
    ['{"text":"password = \\"correct horse\\" it was"}', '{"text":"password = \\"[hidden]\\" it was"}'],
    ["passphrase: 'correct horse' # battery", "passphrase: '[hidden]' # battery"],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'AWS_SECRET_ACCESS_KEY=[hidden]'],
    ['AccountName=me;AccountKey=abc123def456==;', 'AccountName=me;AccountKey=[hidden];'],
    ['"private_key": "abc123def456"', '"private_key": "[hidden]"'],
    ['PGPASS=x DB_PWD=hunter22', 'PGPASS=x DB_PWD=[hidden]'],
    ['Cookie: theme=dark; session=abc123def456', 'Cookie: [hidden]'],
    ['curl -u me:hunter22 https://example.com', 'curl -u me:[hidden] https://example.com'],
    ["curl --user 'me:hunter22' https://example.com", "curl --user 'me:[hidden]' https://example.com"],
    ['API_KEY=abcdef123456 npm start', 'API_KEY=[hidden] npm start'],
    ['postgres://me:hunter22@db/x', 'postgres://me:[hidden]@db/x'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----', '[hidden]'],
    ['-----BEGIN PRIVATE KEY-----\ncut off', '[hidden]'],
    ['of one whose\nbeginning is cut off\n-----END PRIVATE KEY-----\nIs it safe?', '[hidden]\nIs it safe?'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean)
  })

  it.each(['bearer', 'token', ''])(
    'a key behind very many blanks, in no more time than any other text (%s)',
    (word) => {
      const blanks = ' '.repeat(200_000)
      expect(redact(`${word}${blanks}${keys[0]}`)).toBe(`${word}${blanks}[hidden]`)
    },
  )

  it.each([
    'The token count is 12.',
    'a password manager',
    'skeleton-key',
    'https://example.com/a?b=c',
    'max_tokens: 4096',
    'the primary key: customers',
    'docker run -u 1000:1000 alpine',
    'a keyboard: qwertyuiop',
    'the cookie recipe',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toBe(text)
  })
})
