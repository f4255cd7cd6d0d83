// The shop's own script: night and day, asking the assistant, copying the tag.
const root = document.documentElement
const agent = document.querySelector('voice-agent')
const pull = document.querySelector('.pull')
const night = matchMedia('(prefers-color-scheme: dark)')

const isNight = () => (root.dataset.theme ?? (night.matches ? 'dark' : 'light')) === 'dark'

// The shop calls back, too: a button of its own beside talking.
agent.setAttribute('mode', 'both')

/** The page's choice wins over the system's, and the assistant follows the page. */
function show() {
  pull.setAttribute('aria-pressed', String(isNight()))
  agent.setAttribute('theme', root.dataset.theme ?? 'auto')
}

pull.addEventListener('click', () => {
  root.dataset.theme = isNight() ? 'light' : 'dark'
  try {
    localStorage.setItem('tara-theme', root.dataset.theme)
  } catch {
    // Not remembered, nothing worse.
  }
  show()
})
night.addEventListener('change', show)
show()

// Which carrier rings whoever asks to be called: `?carrier=` or the list at the page's end. Only the sandbox has them all.
const over = document.getElementById('over')
const carrier = document.getElementById('carrier')
if (carrier.options.length > 1) {
  const wanted = new URLSearchParams(location.search).get('carrier')
  if ([...carrier.options].some(({ value }) => value === wanted)) carrier.value = wanted
  over.hidden = false
  agent.addEventListener('va-before-callback', ({ detail }) => {
    // The first is the shop's own.
    if (carrier.selectedIndex > 0) detail.config.carrier = carrier.value
  })
  carrier.addEventListener('change', () => {
    const url = new URL(location.href)
    url.searchParams.set('carrier', carrier.value)
    history.replaceState(null, '', url)
  })
}

/** A question from the page: opens the assistant, starts a call when there is none, and asks. */
async function ask(question) {
  agent.open()
  const started = agent.callId ? { ok: true } : await agent.startCall()
  if (started.ok) await agent.sendText(question)
}
for (const button of document.querySelectorAll('[data-ask]')) button.addEventListener('click', () => ask(button.dataset.ask))

for (const place of document.querySelectorAll('[data-relay]')) place.textContent = location.origin
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2000)
  })
}
