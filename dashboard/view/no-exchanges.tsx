/** Nothing has been asked yet: how to make it happen. */

export function NoExchanges() {
  return (
    <div class="empty">
      <p>
        <strong>No exchange yet.</strong> Point an app at Trooper, and each of its requests shows up here as it happens.
      </p>
      <pre class="command">ANTHROPIC_BASE_URL={window.location.origin} claude</pre>
      <p class="soft">No app at hand? The drill below plays the ways in which a provider may fail.</p>
    </div>
  )
}
