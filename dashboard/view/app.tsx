/** Which of its states the page is in. */
import { useComputed } from '@preact/signals'
import { useErrorBoundary } from 'preact/hooks'
import { Announcer } from './announcer.tsx'
import { ExchangeDialog } from './exchange-dialog.tsx'
import { Header } from './header.tsx'
import { LinkBanner } from './link-banner.tsx'
import { Message } from './message.tsx'
import { NoticeBar } from './notice-bar.tsx'
import { Overview } from './overview.tsx'
import { usePage } from './page.ts'
import { TokenForm } from './token-form.tsx'
import { Unreached } from './unreached.tsx'

export function App() {
  const [fault] = useErrorBoundary()
  return (
    <>
      <a class="skip" href="#main">
        Skip to who is answering
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        {fault ? <Fault /> : <Screen />}
      </main>
      <Announcer />
      <NoticeBar />
      <ExchangeDialog />
    </>
  )
}

function Screen() {
  const { model } = usePage().store
  // Most of what happens changes neither.
  const status = useComputed(() => model.value.status)
  const link = useComputed(() => model.value.link.is)
  if (link.value === 'locked') return <TokenForm />
  if (status.value) {
    return (
      <>
        <LinkBanner />
        <Overview status={status.value} isStale={link.value === 'lost'} />
      </>
    )
  }
  if (link.value === 'lost') return <Unreached />
  return <Message title="Asking Trooper …" isBusy />
}

function Fault() {
  return (
    <Message title="This page has failed">
      <p>Trooper itself goes on. Load the page again; if that does not help, please report it.</p>
      <button type="button" class="button" onClick={() => window.location.reload()}>
        Load again
      </button>
    </Message>
  )
}
