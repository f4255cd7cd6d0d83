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
