/** A model of a hub, downloaded beside the listening; goes on where an earlier run was stopped (local-engines.md 4.2). */
import type { Report } from '../assignment.ts'
import { prepared, type Engine } from './engine.ts'
import type { Library } from './library.ts'

export type DownloadState = { at: 'there'; engine: Engine } | { at: 'missing'; problem: string }

/** A hub may be away for a while. */
const retryAfterMs = 30_000

export function fetchModel(
  load: () => Promise<Library>,
  open: (library: Library, path: string) => Engine,
  uri: string,
  folder: string,
  report: (said: Report) => void,
): () => DownloadState {
  let lastPercent = -1
  let state: DownloadState = { at: 'missing', problem: 'the model is being downloaded' }

  const onProgress = ({ totalSize, downloadedSize }: { totalSize: number; downloadedSize: number }): void => {
    const percent = totalSize > 0 ? Math.floor((downloadedSize / totalSize) * 100) : 0
    if (percent === lastPercent) return
    lastPercent = percent
    state = { at: 'missing', problem: `the model is being downloaded: ${percent} %` }
    report({ type: 'downloading', doneBytes: downloadedSize, totalBytes: totalSize })
  }

  const run = async (): Promise<void> => {
    const library = await load()
    const downloader = await library.createModelDownloader({
      modelUri: uri,
      dirPath: folder,
      deleteTempFileOnCancel: false,
      onProgress,
    })
    const path = await downloader.download()
    state = { at: 'there', engine: prepared(open(library, path)) }
    report({ type: 'downloaded', path })
  }

  const attempt = (): void => {
    void run().catch((error: unknown) => {
      const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
      state = { at: 'missing', problem: `the model could not be downloaded: ${said}` }
      report({ type: 'failed', problem: said })
      setTimeout(attempt, retryAfterMs)
    })
  }
  attempt()
  return () => state
}
