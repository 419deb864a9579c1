/** What came of the last thing that the person did. */
import { useEffect } from 'preact/hooks'
import { usePage } from './page.ts'

/** A problem stays until it is put away. */
const shownMs = 5000

export function NoticeBar() {
  const { store } = usePage()
  const notice = store.notice.value
  useEffect(() => {
    if (notice?.tone !== 'done') return undefined
    const timer = setTimeout(store.dismiss, shownMs)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <div class="notice-place">
      <div role="status">{notice?.tone === 'done' && <p class="notice">{notice.text}</p>}</div>
      <div role="alert">
        {notice?.tone === 'problem' && (
          <p class="notice bad">
            {notice.text}
            <button type="button" class="button" onClick={store.dismiss}>
              Close
            </button>
          </p>
        )}
      </div>
    </div>
  )
}
