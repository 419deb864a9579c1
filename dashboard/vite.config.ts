/** The page, built apart from the program: no inline script or style, nothing from elsewhere. */
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'dashboard',
  base: '/dashboard/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: false,
    // Everything is a file of its own: the page's policy allows no `data:` beside images.
    assetsInlineLimit: 0,
    // Beside the page, for whoever gets the package.
    license: { fileName: 'licences.md' },
  },
  logLevel: 'warn',
})
