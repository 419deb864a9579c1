import { describe, expect, it } from 'vitest'
import { settings } from './schema.ts'
import type { Setting } from './setting.ts'

const all = Object.values(settings) as Setting[]

/** DESIGN 9, and the settings beyond it: what a person gets who sets nothing. */
const defaults: Readonly<Record<string, [text: string | undefined, value: unknown]>> = {
  PRIMARY_URL: ['https://api.anthropic.com/v1/messages', 'https://api.anthropic.com/v1/messages'],
  PRIMARY_API_KEY: [undefined, undefined],
  PRIMARY_AUTH_HEADER: ['x-api-key', 'x-api-key'],
  FALLBACK_URL: ['http://localhost:11434/api/chat', 'http://localhost:11434/api/chat'],
  FALLBACK_MODEL: ['qwen2.5:3b', ['qwen2.5:3b']],
  QUOTA_STATUS_CODES: ['429,402,529', [429, 402, 529]],
  TROOPER_PORT: ['3000', 3000],
  TROOPER_HOST: ['127.0.0.1', '127.0.0.1'],
  WAIT_MAX: ['2', 2000],
  CONNECT_TIMEOUT: ['5', 5000],
  HEAD_TIMEOUT: ['30', 30_000],
  FIRST_CONTENT_TIMEOUT: ['60', 60_000],
  STALL_TIMEOUT: ['45', 45_000],
  THINKING_TIMEOUT: ['300', 300_000],
  WHOLE_ANSWER_TIMEOUT: ['600', 600_000],
  LOCAL_TIMEOUT: ['600', 600_000],
  ON_SLOW: ['wait', 'wait'],
  EXCHANGE_MAX: ['3600', 3_600_000],
  TROOPER_TOKEN: [undefined, undefined],
  TROOPER_ALLOW_NO_TOKEN: ['0', false],
  TROOPER_MAX_BODY_MB: ['64', 64 * 1024 * 1024],
}

describe('the settings', () => {
  it.each(Object.entries(defaults))('%s has the default of the manual', (env, [text, value]) => {
    const setting = all.find((candidate) => candidate.env === env)
    expect(setting?.default).toBe(text)
    if (text !== undefined) expect(setting?.schema.safeParse(text)).toMatchObject({ success: true, data: value })
  })

  it.each(all)('$env has a default that its own rule accepts', (setting) => {
    if (setting.default) expect(setting.schema.safeParse(setting.default).success).toBe(true)
  })

  it('have names and flags of their own', () => {
    for (const field of ['env', 'flag'] as const)
      expect(new Set(all.map((setting) => setting[field])).size).toBe(all.length)
  })

  it.each(all.filter(({ env }) => /KEY|TOKEN$/.test(env) && env !== 'TROOPER_ALLOW_NO_TOKEN'))(
    '$env is a secret',
    ({ secret }) => {
      expect(secret).toBe(true)
    },
  )
})

describe('a value', () => {
  it.each<[keyof typeof settings, string, unknown]>([
    ['fallbackModel', 'qwen3:8b, qwen2.5:3b ,', ['qwen3:8b', 'qwen2.5:3b']],
    ['quotaStatusCodes', '429, 402 ,503', [429, 402, 503]],
    ['waitMaxMs', '0.5', 500],
    ['waitMaxMs', '0', 0],
    ['headMs', '0.2', 200],
    ['exchangeMs', '86400', 86_400_000],
    ['onSlow', 'race', 'race'],
    ['port', '8080', 8080],
    ['maxBodyBytes', '1', 1024 * 1024],
    ['allowNoToken', '1', true],
    ['allowNoToken', 'true', true],
    ['allowNoToken', 'off', false],
    ['primaryAuthHeader', 'Authorization', 'Authorization'],
    ['allowedHosts', 'trooper.lan,box', ['trooper.lan', 'box']],
    ['allowedOrigins', 'https://chat.example', ['https://chat.example']],
    ['logFormat', 'json', 'json'],
    ['otlpHeaders', 'x-team=a%20b, authorization=Bearer x=y', { 'x-team': 'a b', authorization: 'Bearer x=y' }],
    ['resourceAttributes', '', {}],
  ])('of %s may be %j', (name, text, value) => {
    expect(settings[name].schema.safeParse(text)).toMatchObject({ success: true, data: value })
  })

  it.each<[keyof typeof settings, string]>([
    ['primaryUrl', 'api.anthropic.com/v1/messages'],
    ['primaryUrl', 'ftp://api.anthropic.com/v1/messages'],
    ['fallbackModel', ' , '],
    ['otlpEndpoint', 'localhost:4318'],
    ['otlpHeaders', 'x-team'],
    ['otlpHeaders', '=b'],
    ['otlpHeaders', 'x-team=%'],
    ['quotaStatusCodes', '429,quota'],
    ['quotaStatusCodes', '200'],
    ['quotaStatusCodes', '4290'],
    ['waitMaxMs', '2s'],
    ['waitMaxMs', '-1'],
    ['stallMs', '0'],
    ['stallMs', '86401'],
    ['stallMs', 'never'],
    ['onSlow', 'hurry'],
    ['port', '65536'],
    ['port', '-1'],
    ['port', '3e3'],
    ['maxBodyBytes', '0'],
    ['maxBodyBytes', '1.5'],
    ['allowNoToken', 'yes please'],
    ['primaryAuthHeader', 'x api key'],
    ['primaryApiKey', 'sk-with a space'],
    ['primaryApiKey', 'sk-line\nbreak'],
    ['token', '"quoted it"'],
    ['logFormat', 'xml'],
  ])('of %s may not be %j', (name, text) => {
    expect(settings[name].schema.safeParse(text).success).toBe(false)
  })
})
