/** Every state of the page that a Trooper at work is seldom in, over an API that is told what to say. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { violationsIn } from './accessibility.ts'
import { available, drawCharts, launch, openPage, type WatchedPage } from './chromium.ts'
import { startFakeApi, type FakeApi } from './fake-api.ts'
import {
  cloudAnswers,
  drilled,
  fallenBack,
  nothingYet,
  nowMs,
  sampleDays,
  sampleDrill,
  sampleExchanges,
} from './samples.ts'

const usable = available()

if (usable === true) describe('the page', stateTests)
else it.skip(`skipped: ${usable.skip}`)

const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } } as const

function stateTests(): void {
  let browser: Browser
  let api: FakeApi
  let watched: WatchedPage
  let page: Page
  /** What a test expects the browser to say of answers that are no success. */
  let isTold: (complaint: string) => boolean

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    api = await startFakeApi({
      status: fallenBack,
      exchanges: sampleExchanges,
      days: sampleDays,
      drill: sampleDrill,
    })
    isTold = () => false
  })
  afterEach(async () => {
    await watched.close()
    await api.stop()
    expect(watched.complaints.filter((complaint) => !isTold(complaint))).toEqual([])
  })

  const open = async (options: BrowserContextOptions = {}, hash = ''): Promise<void> => {
    watched = await openPage(browser, api.url, { viewport: sizes.desktop, ...options })
    page = watched.page
    await page.clock.install({ time: nowMs })
    await page.goto(`${api.url}/dashboard${hash}`)
  }
  const shown = (text: string | RegExp) => page.getByText(text).first().waitFor()
  const failedLoads = (status: number) => (complaint: string) =>
    complaint.startsWith(`error: Failed to load resource: the server responded with a status of ${status}`)
  const refusedLoads = (complaint: string) => /^error: Failed to load resource: net::ERR_\w+$/.test(complaint)

  const looks = [
    { name: 'light', options: { colorScheme: 'light', viewport: sizes.desktop } },
    { name: 'dark', options: { colorScheme: 'dark', viewport: sizes.desktop } },
    { name: 'light, on a phone', options: { colorScheme: 'light', viewport: sizes.phone } },
  ] as const

  describe.each(looks)('($name)', ({ options }) => {
    it('has nothing that assistive technology could not use, in any of its states', async () => {
      isTold = refusedLoads
      await open(options)
      await drawCharts(page)
      expect(await violationsIn(page), 'fallen back').toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)

      await page.locator('.row.local').first().click()
      await page.locator('.attempt').nth(1).waitFor()
      expect(await violationsIn(page), 'an exchange open').toEqual([])
      await page.keyboard.press('Escape')

      api.tell({ event: 'status', data: { ...cloudAnswers, network: 'down' } })
      api.tell({ event: 'drill', data: drilled })
      await shown('The cloud')
      await shown('Not as it has to be: stream-cut.')
      expect(await violationsIn(page), 'the cloud answers, after a drill').toEqual([])

      await api.goAway()
      await shown('Not connected to Trooper')
      await page.getByRole('button', { name: 'Local', exact: true }).click()
      await page.getByRole('alert').getByText('Trooper does not answer.').waitFor()
      expect(await violationsIn(page), 'Trooper gone, and a problem told').toEqual([])
    }, 180_000)

    it('has nothing of that kind where Trooper wants its token', async () => {
      isTold = failedLoads(401)
      api.says = { ...api.says, token: 'right' }
      await open(options)
      await shown('Trooper wants its token')
      expect(await violationsIn(page)).toEqual([])
    })
  })

  it('says how to begin while nothing has been asked', async () => {
    api.says = { ...api.says, status: nothingYet, exchanges: [], days: [] }
    await open()
    await shown('No exchange yet.')
    expect(await page.locator('.command').textContent()).toBe(`ANTHROPIC_BASE_URL=${api.url} claude`)
    await shown('nothing measured yet')
    expect(await page.locator('.figure.nothing').count()).toBe(4)
    expect(await violationsIn(page)).toEqual([])
  })

  it('says so while it waits for Trooper', async () => {
    api.says = { ...api.says, isSlow: true }
    await open()
    await shown('Asking Trooper …')
    expect(await violationsIn(page)).toEqual([])
  })

  it('says what is wrong when it is refused, and goes on by itself', async () => {
    api.says = { ...api.says, refusal: 'Too many read along already.' }
    isTold = failedLoads(503)
    await open()
    await shown('Trooper does not answer')
    await shown('Too many read along already.')
    expect(await violationsIn(page)).toEqual([])
    delete api.says.refusal
    await shown('The local model')
  })

  it('says what is wrong with the list of exchanges, and asks again when it is told to', async () => {
    api.says = { ...api.says, problem: 'Trooper failed inside.' }
    isTold = failedLoads(500)
    await open()
    await shown('Earlier exchanges could not be had: Trooper failed inside.')
    expect(await violationsIn(page)).toEqual([])
    delete api.says.problem
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.row').first().waitFor()
  })

  it('shows what it knew while Trooper is gone, and catches up with what it missed', async () => {
    isTold = refusedLoads
    await open()
    await page.locator('.row').first().waitFor()
    // It does not try by itself meanwhile.
    await page.clock.pauseAt(nowMs + 60_000)
    await api.goAway()
    await shown('Not connected to Trooper')
    await page.locator('.overview.stale .row').first().waitFor()
    const [newest] = sampleExchanges
    const missed = { ...newest!, id: 'sample-9999', atMs: nowMs + 1000, model: 'claude-missed' }
    api.says = { ...api.says, status: cloudAnswers, exchanges: [missed, ...sampleExchanges] }
    await api.comeBack()
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.clock.resume()
    await shown('The cloud')
    await page.locator('.row').first().getByText('claude-missed').waitFor()
    await page.getByText('Not connected to Trooper').waitFor({ state: 'detached' })
    isTold = refusedLoads
  })

  it('takes the right token, says what is wrong with another, and asks no more', async () => {
    api.says = { ...api.says, token: 'right' }
    isTold = failedLoads(401)
    await open()
    const field = page.getByLabel('Token')
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
    await field.fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('That is not the token of this Trooper.').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('right')
    await page.keyboard.press('Enter')
    await shown('The local model')
    await page.reload()
    await shown('The local model')
  })

  it('says what the day cost and what it did not, and what nobody knows', async () => {
    const today = { ...fallenBack.today, notSpent: { usd: 0.83, unknown: 2 } }
    api.says = { ...api.says, status: { ...fallenBack, today } }
    await open()
    const tile = (name: string) => page.locator('.tile', { has: page.getByText(name, { exact: true }) })
    await expect.poll(() => tile('Spent').textContent()).toBe('Spent$4.99at list prices')
    expect(await tile('Not spent').textContent()).toBe('Not spent≥ $0.832 of unknown price')
  })

  it('shows earlier exchanges, from what it has and from Trooper', async () => {
    const old = sampleExchanges.map((entry) => ({ ...entry, id: `old-${entry.id}`, atMs: entry.atMs - 7_200_000 }))
    api.says = { ...api.says, exchanges: [...sampleExchanges, ...old], pageSize: 30 }
    await open()
    const rows = page.locator('.row')
    await expect.poll(() => rows.count()).toBe(12)
    const more = page.getByRole('button', { name: 'Show earlier ones' })
    while (await more.isVisible()) {
      const had = await rows.count()
      await more.click()
      await expect.poll(() => rows.count()).toBeGreaterThan(had)
    }
    expect(await rows.count()).toBe(2 * sampleExchanges.length)
  })

  it('shows only those that are wanted', async () => {
    await open()
    await page.getByRole('button', { name: 'Fallbacks' }).click()
    await page.locator('.row.cloud').first().waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Failed' }).click()
    await shown('None of those that are known.')
  })

  it('reads out a switch, once, and nothing else that happens', async () => {
    api.says = { ...api.says, status: cloudAnswers }
    await open()
    await shown('The cloud')
    const heard = page.locator('.only-heard[role=status]')
    expect(await heard.textContent()).toBe('')
    api.tell({ event: 'status', data: { ...fallenBack, nowMs: nowMs + 1 } })
    await expect
      .poll(() => heard.textContent())
      .toBe('The local model answers now. In place of anthropic: quota spent.')
    api.tell({ event: 'exchange', data: { ...sampleExchanges[0]!, id: 'sample-10000', atMs: nowMs } })
    await page.locator('.row').first().waitFor()
    expect(await heard.textContent()).toBe('The local model answers now. In place of anthropic: quota spent.')
  })

  it('remembers the colours that were chosen', async () => {
    await open({ colorScheme: 'light' })
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await ground()
    await page.getByRole('button', { name: 'Dark colours' }).click()
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.reload()
    await shown('The local model')
    expect(await ground()).toBe(dark)
    expect(await page.getByRole('button', { name: 'Dark colours' }).getAttribute('aria-pressed')).toBe('true')
  })

  it('moves nothing for those who want it still', async () => {
    await open({ reducedMotion: 'reduce' })
    await page.locator('.row.open').first().waitFor()
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })

  it('opens nothing that it does not have', async () => {
    isTold = failedLoads(404)
    await open({}, '#exchange=gone-1')
    await page.getByRole('dialog').getByText('Trooper no longer has this exchange.').waitFor()
    expect(await violationsIn(page)).toEqual([])
  })

  it('can be used with a keyboard alone', async () => {
    await open()
    await page.locator('.row').first().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to who is answering')
    await page.keyboard.press('Enter')
    const walked = await walk(page)
    expect(walked.map(({ name }) => name)).toEqual([
      'Auto',
      'Local',
      'Primary',
      'How long local or primary is to last',
      'All',
      'Fallbacks',
      'Failed',
      ...Array.from({ length: 12 }, () => 'exchange'),
      'Show earlier ones',
      'Probe now: anthropic',
      'Probe now: openai',
      'Probe now: local/qwen3.5:9b',
      'Warm: qwen3.5:9b',
      'The same as a table',
      'Totals of the days',
      'Scenario',
      'Start the drill',
    ])
    expect(walked.filter(({ isMarked }) => !isMarked)).toEqual([])

    await page.getByRole('button', { name: 'Local', exact: true }).focus()
    await page.keyboard.press('Space')
    await expect.poll(() => api.asked).toEqual(['PUT override {"mode":"local"}'])
    const link = page.locator('.row-link').nth(2)
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true)
  })
}

interface Stop {
  name: string
  /** It can be seen where the focus is. */
  isMarked: boolean
}

/** From where the focus is, forward, to the end of the page. */
async function walk(page: Page): Promise<Stop[]> {
  const stops: Stop[] = []
  for (;;) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const { activeElement: element } = document
      if (!element || element === document.body) return undefined
      const label =
        'labels' in element && element instanceof HTMLSelectElement ? element.labels[0]?.textContent : undefined
      const name = element.classList.contains('row-link')
        ? 'exchange'
        : (element.getAttribute('aria-label') ?? label ?? element.textContent)
      const styles = [getComputedStyle(element), getComputedStyle(element, '::after')]
      const isMarked = styles.some(
        ({ outlineStyle, outlineWidth }) => outlineStyle === 'solid' && outlineWidth === '3px',
      )
      return { name: name.replace(/until I set it back.*|all scenarios.*/, '').trim(), isMarked }
    })
    if (!stop) return stops
    stops.push(stop)
  }
}
