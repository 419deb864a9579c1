/** Notices that Trooper was replaced by another version while the page was open: its own files may be gone by then. */

export interface Update {
  /** Asks whether the page is still the one that Trooper has, and loads it again if not. To be called when Trooper may be another. */
  look: () => Promise<void>
}

/** `script`: the address of the running one, whose name has a digest of what is in it. `reload` is called once at most. */
export function createUpdate(fetch: typeof globalThis.fetch, script: string, reload: () => void): Update {
  const { pathname } = new URL(script)
  let isReloading = false
  return {
    look: async () => {
      const html = await pageOf(fetch)
      if (html === undefined || html.includes(pathname) || isReloading) return
      isReloading = true
      reload()
    },
  }
}

/** `undefined` where there is none to be had, or what answers is no page of Trooper's: then this one is better than nothing. */
async function pageOf(fetch: typeof globalThis.fetch): Promise<string | undefined> {
  try {
    const response = await fetch('/dashboard', { cache: 'no-cache' })
    const html = response.ok ? await response.text() : ''
    return html.includes('/dashboard/assets/') ? html : undefined
  } catch {
    return undefined
  }
}
