/** The pictures of docs/: they can be taken at any time, and `npm run pictures` writes them anew. */
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available, drawCharts, launch, openPage } from './chromium.ts'
import { startFakeApi, type FakeApi, type Said } from './fake-api.ts'
import {
  cloudAnswers,
  drilledWell,
  fallenBack,
  nothingYet,
  nowMs,
  sampleDays,
  sampleDrill,
  sampleExchanges,
  seamExchange,
} from './samples.ts'

const usable = available()
/** Set by `npm run pictures`. */
const folder = process.env['PICTURES']

if (usable === true) describe('a picture', pictureTests)
else it.skip(`skipped: ${usable.skip}`)

interface Picture {
  name: string
  says?: Partial<Said>
  options?: BrowserContextOptions
  hash?: string
  /** What has to be there first. */
  isReady: (page: Page) => Promise<void>
  before?: (page: Page, api: FakeApi) => Promise<void>
}

const place = 'http://localhost:3000'
const desktop = { width: 1200, height: 860 }
const mostBytes = 150_000

/** Those of before the quota was spent, as if they were of just now. */
const answeredByCloud = sampleExchanges
  .filter(({ end }) => end.is === 'answered' && end.target === 'anthropic')
  .map((entry) => ({ ...entry, atMs: entry.atMs + 4 * 60_000 }))

const pictures: Picture[] = [
  { name: 'fallen-back', isReady: drawCharts },
  { name: 'cloud', says: { status: cloudAnswers, exchanges: answeredByCloud }, isReady: drawCharts },
  { name: 'dark', options: { colorScheme: 'dark' }, isReady: drawCharts },
  {
    name: 'phone',
    options: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 },
    isReady: drawCharts,
  },
  {
    name: 'exchange',
    options: { viewport: { width: 1120, height: 720 } },
    hash: `#exchange=${seamExchange.id}`,
    isReady: (page) => page.locator('.attempt').nth(1).waitFor(),
  },
  {
    name: 'last-hour',
    says: { drill: { ...sampleDrill, run: drilledWell } },
    isReady: drawCharts,
    before: (page) => page.locator('.charts').evaluate((element) => element.scrollIntoView()),
  },
  {
    name: 'nothing-yet',
    says: { status: nothingYet, exchanges: [], days: [] },
    isReady: (page) => page.getByText('No exchange yet.').waitFor(),
  },
  {
    name: 'disconnected',
    isReady: drawCharts,
    before: async (page, api) => {
      await api.goAway()
      await page.getByText('Not connected to Trooper').waitFor()
    },
  },
]

function pictureTests(): void {
  let api: FakeApi
  let browser: Browser

  const everything = { status: fallenBack, exchanges: sampleExchanges, days: sampleDays, drill: sampleDrill }
  beforeAll(async () => {
    api = await startFakeApi(everything)
    browser = await launch(new URL(api.url).host)
  })
  afterAll(async () => {
    await browser.close()
    await api.stop()
  })

  it.each(pictures)('$name', async ({ name, says, options, hash = '', isReady, before }) => {
    api.says = { ...everything, ...says }
    const { page, close } = await openPage(browser, place, { viewport: desktop, ...options })
    try {
      await page.clock.setFixedTime(nowMs)
      await page.goto(`${place}/dashboard${hash}`)
      await isReady(page)
      await before?.(page, api)
      const bytes = await page.screenshot({ animations: 'disabled', caret: 'hide' })
      expect(bytes.length).toBeLessThan(mostBytes)
      if (folder === undefined) return
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${folder}/${name}.png`, bytes)
    } finally {
      await close()
      await api.stop()
      await api.comeBack()
    }
  })
}
