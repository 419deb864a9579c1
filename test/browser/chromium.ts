/** Debian's Chromium, driven by playwright-core: pages that note everything a page must not do. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const fonts = fileURLToPath(new URL('fonts.conf', import.meta.url))

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))

/** True, or why no browser can run here. */
export function available(): true | { skip: string } {
  return program !== undefined || { skip: 'chromium is not installed: run test/browser/install.sh' }
}

/** `address`: where `http://localhost:3000` leads, for pictures that look like a Trooper at its usual place. */
export function launch(address?: string): Promise<Browser> {
  if (program === undefined) throw new Error('There is no chromium.')
  return chromium.launch({
    // The hook that waits for it has a limit of its own.
    timeout: 0,
    executablePath: program,
    // As root it runs without its sandbox or not at all.
    chromiumSandbox: process.getuid?.() !== 0,
    args: address === undefined ? [] : [`--host-resolver-rules=MAP localhost:3000 ${address}`],
    env: { ...process.env, FONTCONFIG_FILE: fonts },
  })
}

export interface WatchedPage {
  page: Page
  /** Errors on the console, exceptions, violations of the policy, requests to elsewhere; each in a sentence. */
  complaints: string[]
  close: () => Promise<void>
}

/** `origin`: the only one that the page may ask. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-GB', ...options })
  // Just below the test's own limit, so that what did not come is named.
  context.setDefaultTimeout(50_000)
  const complaints: string[] = []
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url())
    if (url.origin === origin) return route.continue()
    complaints.push(`asked ${url.href}`)
    return route.abort()
  })
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`violated ${violatedDirective}: ${blockedURI}`)
    })
  })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', ({ message }) => complaints.push(`threw ${message}`))
  return { page, complaints, close: () => context.close() }
}

/** Charts are drawn once somebody is about to see them. */
export async function drawCharts(page: Page): Promise<void> {
  // A page that has heard nothing yet has none.
  await page.locator('.figure').first().waitFor()
  for (const figure of await page.locator('.figure').all()) {
    await figure.evaluate((element) => element.scrollIntoView())
    await figure.locator('canvas').waitFor({ state: 'attached' })
  }
  await page.evaluate(() => window.scrollTo(0, 0))
}
