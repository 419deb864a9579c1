/** `trooper status`: what a running Trooper does, on one screen. */
import type { StatusView } from '../admin/views.ts'
import { createPaint, cut } from '../drill/text.ts'
import { atRunning, type Running } from './running.ts'
import { statusScreen } from './status-screen.ts'
import { mayColour, print, untilAskedToStop, untilNobodyReads } from './terminal.ts'

/** Where standard output is no terminal, or one that does not say how wide it is. */
const usualWidth = 100
const usualRows = 24
/** A countdown runs. */
const redrawMs = 1000
const againMs = 1000

export function status(argv: string[]): Promise<number> {
  return atRunning(argv, 'status', 0, async (running, { switches }) => {
    const isJson = switches.has('json')
    if (switches.has('watch')) return watch(running, isJson)
    const view = await running.ask('GET status')
    await print(isJson ? JSON.stringify(view, undefined, 2) : screenOf(view, running.url))
    return 0
  })
}

function screenOf(view: StatusView, url: string): string {
  const { columns } = process.stdout
  return statusScreen(view, { url, width: columns > 0 ? columns : usualWidth, paint: createPaint(mayColour()) })
}

/** On a terminal a screen of its own, which is gone afterwards; elsewhere one status after the other. */
async function watch(running: Running, isJson: boolean): Promise<number> {
  const show = isJson || !process.stdout.isTTY ? printEach(running.url, isJson) : drawEach(running.url)
  const askedToStop = Promise.race([untilAskedToStop(), untilNobodyReads()]).then(() => 'stop' as const)
  let isSeen = false
  try {
    for (;;) {
      const line = running.follow((event) => {
        isSeen = true
        if (event.event === 'status') show.status(event.data)
      })
      // What was there once is asked again; what never was is a problem to be told.
      const lost = line.catch((error: unknown) => {
        if (!isSeen) throw error
      })
      const end = await Promise.race([askedToStop, lost])
      if (end === 'stop') return 0
      show.lost()
      const again = new Promise<void>((resolve) => void setTimeout(resolve, againMs))
      if ((await Promise.race([askedToStop, again])) === 'stop') return 0
    }
  } finally {
    show.end()
  }
}

interface Show {
  status(view: StatusView): void
  /** The line to Trooper is lost; it is tried again. */
  lost(): void
  end(): void
}

function printEach(url: string, isJson: boolean): Show {
  return {
    status: (view) => void print(isJson ? JSON.stringify(view) : `${screenOf(view, url)}\n`),
    lost: () => {},
    end: () => {},
  }
}

/** Escape sequences of terminals: their other screen, the cursor, the first place of it, what stands behind it. */
const enter = '\u001B[?1049h\u001B[?25l'
const leave = '\u001B[?25h\u001B[?1049l'
const home = '\u001B[H'
const clear = '\u001B[J'
const clearLine = '\u001B[K'

const lostWords = 'Trooper does not answer any more; it is asked again every second.'

/** As many lines as the terminal has rows. That nothing on them is of now is said whatever has no room beside it. */
function fitting(lines: string[], isLost: boolean): string[] {
  const { rows, columns } = process.stdout
  const room = rows > 0 ? rows : usualRows
  if (!isLost) return lines.slice(0, room)
  return [...lines.slice(0, Math.max(0, room - 2)), '', cut(lostWords, columns > 0 ? columns : usualWidth)]
}

function drawEach(url: string): Show {
  const { stdout } = process
  let seen: { view: StatusView; atMs: number } | undefined
  let isLost = false
  stdout.write(enter)

  const draw = (): void => {
    if (!seen) return
    // The times are Trooper's: its clock may be another one.
    const nowMs = seen.view.nowMs + Date.now() - seen.atMs
    const lines = fitting(screenOf({ ...seen.view, nowMs }, url).split('\n'), isLost)
    stdout.write(`${home}${lines.map((line) => line + clearLine).join('\n')}${clear}`)
  }
  /** Ctrl-Z: the shell gets the terminal as it was. */
  const layAside = (): void => {
    stdout.write(leave)
    process.kill(process.pid, 'SIGSTOP')
  }
  const takeUp = (): void => {
    stdout.write(enter)
    draw()
  }
  const timer = setInterval(draw, redrawMs)
  stdout.on('resize', draw)
  process.on('SIGTSTP', layAside)
  process.on('SIGCONT', takeUp)

  return {
    status: (view) => {
      seen = { view, atMs: Date.now() }
      isLost = false
      draw()
    },
    lost: () => {
      isLost = true
      draw()
    },
    end: () => {
      clearInterval(timer)
      stdout.off('resize', draw)
      process.off('SIGTSTP', layAside)
      process.off('SIGCONT', takeUp)
      stdout.write(leave)
    },
  }
}
