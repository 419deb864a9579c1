/** The page in a real browser, before the real program, while real traffic falls back. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StatusView } from '../../src/admin/views.ts'
import { ask, startStage, startTrooper, type Stage } from '../e2e/trooper.ts'
import { zoneAtNoon } from '../fakes/noon.ts'
import { ownPort } from '../own-port.ts'
import { planted } from '../secrets.ts'
import { available, drawCharts, launch, openPage, type WatchedPage } from './chromium.ts'

const usable = available()

if (usable === true) describe('the page, before a Trooper at work,', liveTests)
else {
  it.skip(`skipped: ${usable.skip}`)
  console.warn(`browser tests skipped: ${usable.skip}`)
}

function liveTests(): void {
  let browser: Browser
  let stage: Stage
  let watched: WatchedPage
  let page: Page

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    // Some of them end Trooper, and the page goes on asking there.
    stage = await startStage('/v1/messages', { TROOPER_PORT: String(await ownPort()) })
    watched = await openPage(browser, stage.trooper.url, { timezoneId: zoneAtNoon() })
    page = watched.page
    await page.goto(`${stage.trooper.url}/dashboard`)
    await page.getByText('Live', { exact: true }).waitFor()
  })
  afterEach(async () => {
    await watched.close()
    await stage.stop()
    expect(watched.complaints).toEqual([])
  })

  const headline = (text: string) => page.getByRole('heading', { level: 1, name: text })
  /** The limit of a plan, which ends in two hours. */
  const spend = () => {
    const inHours = (hours: number) => String(Math.ceil(Date.now() / 1000) + hours * 3600)
    const headers = {
      'anthropic-ratelimit-unified-reset': inHours(2),
      'anthropic-ratelimit-unified-5h-reset': inHours(2),
      'anthropic-ratelimit-unified-7d-reset': inHours(77),
    }
    return stage.provider.play({ mode: 'anthropic-subscription', times: 1, headers, retryAfter: '7200' })
  }
  /** A browser without a screen hides no tab by itself. */
  const see = (tab: Page, state: DocumentVisibilityState) =>
    tab.evaluate((is) => {
      Object.defineProperty(document, 'visibilityState', { value: is, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  const askOnce = async (stream = true): Promise<Response> => {
    const response = await ask(stage.trooper.url, 'anthropic', stream)
    await response.text()
    return response
  }
  const isFallback = ({ headers }: Response) => headers.has('x-trooper-fallback')

  it('shows the switch as soon as Trooper tells of it, why, and how long until the hand-back', async () => {
    // The page has no time to wait in but what it is given to begin; how long Trooper may take to tell is shown by a clock of its own
    // (admin/events.test.ts).
    await page.goto('about:blank')
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 3_600_000)
    await page.goto(`${stage.trooper.url}/dashboard`)
    const live = page.getByText('Live', { exact: true })
    while (!(await live.isVisible())) await page.clock.runFor(100)
    await headline('The cloud').waitFor()
    await spend()
    const response = await ask(stage.trooper.url, 'anthropic', true)
    expect(isFallback(response)).toBe(true)
    await response.text()
    await headline('The local model').waitFor()
    await page.locator('.why', { hasText: /^In place of primary: quota spent\.$/ }).waitFor()
    const rests = page.getByRole('list', { name: 'Whom primary is not asked for' }).locator('li p')
    await rests.filter({ hasText: /^whole account [\w-]{6}, 5huntil \d\d:\d\d$/ }).waitFor()
    const handBack = /^Next try in(5:00|4:\d\d)at \d\d:\d\d; 5h resets .*\d\d:\d\d at the latest$/
    await page.locator('.hand-back', { hasText: handBack }).waitFor()
  })

  it('counts down to the hand-back, second by second', async () => {
    await stage.provider.play({ mode: 'anthropic-rate-limit', times: 1, retryAfter: '7200' })
    await askOnce()
    await page.getByText('Hand-back in').waitFor()
    const clock = page.getByRole('timer')
    await clock.getByText(/^1:59:/).waitFor()
    const first = await clock.textContent()
    await expect.poll(() => clock.textContent()).not.toBe(first)
    expect(await clock.textContent()).toMatch(/^1:59:\d\d$/)
  })

  it('shows an exchange as it happens, hop by hop, and the seam in it', async () => {
    await stage.provider.play({ mode: 'reset-midstream', chunks: 3, text: 'one two three four five' })
    await stage.ollama.play({ mode: 'ok', text: ' four five', holdAfter: 1 })
    const response = await ask(stage.trooper.url, 'anthropic', true)
    const row = page.locator('.row').first()
    await row.locator('.hop.open', { hasText: 'local/qwen2.5:3b' }).getByText('answering …').waitFor()
    expect(await row.locator('.chain').textContent()).toMatch(
      /^primarybroke off: connection reset[\d.]+ m?s.*local\/qwen2\.5:3banswering …$/,
    )
    await stage.ollama.release()
    await response.text()
    await row.getByText('went on with it').waitFor()
    await row.getByText('1 seam').waitFor()
    await row.locator('.piece.seam').waitFor()
  })

  it('sets whom the next request is answered by, and for how long', async () => {
    await page.getByLabel('How long local or primary is to last').selectOption('for an hour')
    await page.getByRole('button', { name: 'Local', exact: true }).click()
    await headline('The local model').waitFor()
    expect(await page.locator('.why').textContent()).toBe('primary was set aside on the page.')
    expect(await page.locator('.hand-back').textContent()).toMatch(/^Back to auto in(1:00:00|59:\d\d)at /)
    expect(isFallback(await askOnce())).toBe(true)
    expect(await stage.provider.requests()).toEqual([])

    await page.getByRole('button', { name: 'Auto' }).click()
    await headline('The cloud').waitFor()
    expect(isFallback(await askOnce())).toBe(false)

    await spend()
    await askOnce()
    await headline('The local model').waitFor()
    await page.getByRole('button', { name: 'Primary', exact: true }).click()
    await headline('The cloud').waitFor()
    expect(isFallback(await askOnce())).toBe(false)
  })

  it('has a target probed by the next request', async () => {
    await spend()
    await askOnce()
    await page.getByText('Resting: quota spent').waitFor()
    expect(isFallback(await askOnce())).toBe(true)
    await page.getByRole('button', { name: 'Probe now: primary' }).click()
    await page.getByText('The next request tries primary again.').waitFor()
    expect(isFallback(await askOnce())).toBe(false)
    await headline('The cloud').waitFor()
  })

  it('warms the local model', async () => {
    await page.getByText('Not loaded: its first answer waits for that').waitFor()
    await page.getByRole('button', { name: 'Warm: qwen2.5:3b' }).click()
    await page.getByText('local/qwen2.5:3b is loaded.').waitFor()
    await page.getByText('Loaded', { exact: true }).waitFor()
  })

  it('plays a drill, and shows what apps saw as it comes', async () => {
    await page.getByLabel('Scenario').selectOption('quota-spent')
    await page.getByRole('button', { name: 'Start the drill' }).click()
    const scenario = page.locator('.scenario')
    await scenario.getByText('right').waitFor()
    expect(await scenario.textContent()).toContain('the local model')
    await page.getByText('Every app got a whole answer, or the error that is its own to mend.').waitFor()
    expect(await stage.provider.requests()).toEqual([])
  })

  it('opens an exchange into its timeline, and closes it again', async () => {
    await spend()
    // Whose content takes no time has no piece of it in the timeline.
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer, holdAfter: 1 })
    const response = await ask(stage.trooper.url, 'anthropic', true)
    await page.locator('.row').first().getByText('answering …').waitFor()
    await stage.ollama.release()
    await response.text()
    await page.locator('.row').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Answered by local/qwen2.5:3b').waitFor()
    expect(await dialog.locator('.lane').count()).toBe(2)
    const [first, second] = await dialog.locator('.attempt').allTextContents()
    expect(first).toContain('quota spent · status 429')
    expect(first).toMatch(/Connecting[\d.]+ m?s.*To the first byte[\d.]+ m?s/)
    expect(second).toMatch(/In the queue.*To the first content.*Content.*Tokens in\d+Tokens out\d+/)
    expect(await page.evaluate(() => location.hash)).toMatch(/^#exchange=/)
    await page.keyboard.press('Escape')
    // Not by its role: the browser hides it before the page hears that it was closed.
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => location.hash)).toBe('')
    await page.goBack()
    await dialog.waitFor()
  })

  it('shows what was said only where CAPTURE is on', async () => {
    await askOnce()
    await page.locator('.row').first().click()
    await page.getByRole('dialog').getByText('Answered by primary').waitFor()
    expect(await page.getByText('What was asked').count()).toBe(0)
    const { trooper } = stage
    const capturing = await startTrooper({ PRIMARY_URL: `${stage.provider.url}/v1/messages`, CAPTURE: 'on' })
    const other = await openPage(browser, capturing.url)
    try {
      await (await ask(capturing.url, 'anthropic', true, 'What is two and two?')).text()
      await other.page.goto(`${capturing.url}/dashboard`)
      await other.page.locator('.row').first().click()
      const asked = other.page.locator('.captured', { hasText: 'What was asked' })
      await asked.waitFor()
      expect(await asked.textContent()).toContain('What is two and two?')
    } finally {
      await other.close()
      await capturing.process.stop()
    }
    expect(other.complaints).toEqual([])
    expect(trooper.url).not.toBe(capturing.url)
  })

  it('asks for the token where there is one, and may then change things', async () => {
    const guarded = await startTrooper({
      TROOPER_TOKEN: 'right-token',
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      PRIMARY_API_KEY: planted.primaryKey,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    })
    const other = await openPage(browser, guarded.url)
    try {
      await other.page.goto(`${guarded.url}/dashboard`)
      await other.page.getByLabel('Token').fill('wrong-token')
      await other.page.keyboard.press('Enter')
      await other.page.getByText('That is not the value of TROOPER_TOKEN.').waitFor()
      await other.page.getByLabel('Token').fill('right-token')
      await other.page.keyboard.press('Enter')
      await other.page.getByRole('button', { name: 'Local', exact: true }).click()
      await other.page.getByRole('heading', { level: 1, name: 'The local model' }).waitFor()
    } finally {
      await other.close()
      await guarded.process.stop()
    }
    expect(other.complaints.filter((text) => !text.includes('the server responded with a status of 401'))).toEqual([])
  })

  it('says that it lost Trooper, and goes on by itself when that is back', async () => {
    await askOnce()
    await page.locator('.row').first().waitFor()
    await stage.provider.play({ mode: 'ok', holdAfter: 1, times: 1 })
    const begun = await ask(stage.trooper.url, 'anthropic', true)
    await page.locator('.row').getByText('answering …').waitFor()
    // It can tell nobody how that ends.
    stage.trooper.process.signal('SIGKILL')
    await begun.text().catch(() => undefined)
    await page.getByText('Not connected to Trooper').waitFor()
    const { port } = new URL(stage.trooper.url)
    stage.trooper = await startTrooper({
      TROOPER_PORT: port,
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
      FALLBACK_URL: `${stage.ollama.url}/api/chat`,
    })
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText('Not connected to Trooper').waitFor({ state: 'detached' })
    await expect.poll(() => page.getByText('answering …').count()).toBe(0)
    await askOnce()
    await expect.poll(() => page.locator('.row').count()).toBe(2)
    // What the browser itself says of connections that were refused.
    const refused = watched.complaints.splice(0)
    expect(refused.filter((text) => !/^error: Failed to load resource: net::ERR_\w+$/.test(text))).toEqual([])
  })

  it('loads itself again when the Trooper that is back has another page', async () => {
    await page.route('**/dashboard', (route) =>
      route.request().resourceType() === 'fetch'
        ? route.fulfill({ contentType: 'text/html', body: '<script src="/dashboard/assets/index-newer.js"></script>' })
        : route.continue(),
    )
    await stage.trooper.process.stop()
    await page.getByText('Not connected to Trooper').waitFor()
    const loaded = page.waitForEvent('load')
    stage.trooper = await startTrooper({
      TROOPER_PORT: new URL(stage.trooper.url).port,
      PRIMARY_URL: `${stage.provider.url}/v1/messages`,
    })
    await loaded
    await headline('The cloud').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    watched.complaints.splice(0)
  })

  it('is let go of in tabs that nobody sees: browsers have six connections to one host for all of them', async () => {
    const tabs: Page[] = []
    for (let at = 0; at < 7; at += 1) {
      const tab = await page.context().newPage()
      tabs.push(tab)
      await tab.goto(`${stage.trooper.url}/dashboard`)
      await tab.getByText('Live', { exact: true }).waitFor()
      await see(tab, 'hidden')
      await tab.getByText('Connecting', { exact: true }).waitFor()
    }
    await askOnce()
    await page.getByRole('button', { name: 'Local', exact: true }).click()
    await headline('The local model').waitFor()
    const [tab] = tabs
    await see(tab!, 'visible')
    await tab!.getByRole('heading', { level: 1, name: 'The local model' }).waitFor()
    await tab!.locator('.row').waitFor()
  })

  it('opens at the root for a browser, while everybody else gets a line of JSON', async () => {
    await page.goto(`${stage.trooper.url}/`)
    await headline('The cloud').waitFor()
    expect(new URL(page.url()).pathname).toBe('/dashboard')
    const response = await fetch(`${stage.trooper.url}/`)
    expect(await response.json()).toMatchObject({ name: 'trooper', status: 'ok' })
  })

  it('shows totals that agree with what Trooper counts', async () => {
    await askOnce()
    await spend()
    await askOnce()
    const tile = (name: string) => page.locator('.tile', { hasText: name }).locator('.value')
    await expect.poll(() => tile('Exchanges today').textContent()).toBe('2')
    await expect.poll(() => tile('Fell back').textContent()).toBe('1')
    const response = await fetch(`${stage.trooper.url}/trooper/api/status`)
    const { today }: StatusView = await response.json()
    expect(today).toMatchObject({ exchanges: 2, fallbacks: 1 })
  })

  it('draws the last hour, and says it as a table too', async () => {
    await page.setViewportSize({ width: 360, height: 300 })
    await page.reload()
    await page.getByText('Live', { exact: true }).waitFor()
    const scripts = () =>
      page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length)
    await askOnce()
    await page.locator('.row').first().waitFor()
    expect(await scripts()).toBe(1)
    await page.getByText('The same as a table').click()
    const table = page.getByRole('region', { name: 'The last hour as a table' })
    await table.locator('tbody tr th').waitFor()
    expect(await table.locator('tbody td').allTextContents()).toEqual(expect.arrayContaining(['1', '0', '0%']))
    await drawCharts(page)
    expect(await page.locator('.plot canvas').count()).toBe(4)
    expect(await scripts()).toBe(2)
  })
}
