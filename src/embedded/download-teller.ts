/** Tells a person how far the download of a model is: a bar on a terminal, a line every tenth of the way elsewhere. */
import type { Log } from '../observe/log/log.ts'
import type { Report } from './assignment.ts'

/** Shows a text in the place of the last one; says whether there is anywhere to show it. */
export type ShowProgress = (text: string) => boolean

const barWidth = 30

export function createDownloadTeller(model: string, log: Log, show: ShowProgress): (report: Report) => void {
  let lastTenth = -1
  return (report) => {
    switch (report.type) {
      case 'listening':
        return
      case 'downloading': {
        const share = report.totalBytes === 0 ? 0 : report.doneBytes / report.totalBytes
        // What a narrow terminal has no room for is the end of a long name.
        if (show(`⬇️ ${bar(share)} ${Math.floor(share * 100)} % of ${sizeOf(report.totalBytes)}  ${model}`)) return
        const tenth = Math.floor(share * 10)
        // Of a model in parts, the size grows with each part that is heard of.
        if (tenth <= lastTenth) return
        lastTenth = tenth
        return log.info(`⬇️ Downloading ${model}: ${tenth * 10} % of ${sizeOf(report.totalBytes)}`)
      }
      case 'downloaded':
        show('')
        return log.info(`⬇️ ${model} is there: ${report.path}`)
      case 'failed':
        show('')
        return log.warn(
          `⚠️ ${model} could not be downloaded: ${report.problem}; it is tried again, from where it stopped`,
        )
    }
  }
}

function bar(share: number): string {
  const done = Math.round(Math.min(1, share) * barWidth)
  return '█'.repeat(done) + '░'.repeat(barWidth - done)
}

function sizeOf(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}
