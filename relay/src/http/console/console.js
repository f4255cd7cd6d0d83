// @ts-check
/** The plain console: log in, read the list of calls, one call's transcript, events and evidence, erase it. */

/** @typedef {{id: string, sessionId: string, agentId: string, kind: string, status: string, ai: string, endReason?: string, startedAt: string, durationMs?: number}} Call */

const REFRESH_LIST_MS = 5000
/** Says that there is a cookie worth trying, which this page cannot see. */
const SIGNED_IN = 'va-signed-in'
const LIVE = new Set(['initiated', 'connecting', 'connected'])

/** @type {{access: string, email: string, role: string, calls: Call[], cursor: string | undefined, older: boolean, open: string | undefined}} */
const desk = { access: '', email: '', role: '', calls: [], cursor: undefined, older: false, open: undefined }

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const loginForm = /** @type {HTMLFormElement} */ (at('login'))

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/**
 * Asks the API; a token that has run out is renewed once.
 * @param {string} path
 * @param {RequestInit} [how]
 * @returns {Promise<Response>}
 */
async function ask(path, how = {}) {
  const send = () => fetch(path, { ...how, headers: { ...how.headers, authorization: `Bearer ${desk.access}` } })
  const answer = await send()
  if (answer.status !== 401 || !(await renew())) return answer
  return send()
}

/** @param {unknown} body */
const json = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** The refresh token is a cookie that this page cannot read. It works once, so the console's tabs take turns. */
const renew = () => (navigator.locks ? navigator.locks.request('va-refresh', renewOnce) : renewOnce())

async function renewOnce() {
  if (!localStorage.getItem(SIGNED_IN)) return false
  const answer = await fetch('/api/auth/refresh', json({})).catch(() => undefined)
  if (answer?.status === 401) localStorage.removeItem(SIGNED_IN)
  if (!answer?.ok) return false
  const body = await answer.json()
  desk.access = body.tokens.access
  if (body.user) Object.assign(desk, { email: body.user.email, role: body.user.role })
  return true
}

/** @param {Response} answer */
async function whyNot(answer) {
  const body = await answer.json().catch(() => ({}))
  return body.detail ?? `The relay answered ${answer.status}. Try again in a moment.`
}

/** @param {boolean} isIn */
function show(isIn) {
  loginForm.hidden = isIn
  at('desk').hidden = !isIn
  at('leave').hidden = !isIn
  at('who').hidden = !isIn
  at('who').textContent = desk.email
}

loginForm.addEventListener('submit', async (event) => {
  event.preventDefault()
  const fields = new FormData(loginForm)
  at('login-problem').textContent = ''
  const given = { email: fields.get('email'), password: fields.get('password'), cookie: true }
  const answer = await fetch('/api/auth/login', json(given)).catch(() => undefined)
  if (!answer?.ok) {
    at('login-problem').textContent = answer ? await whyNot(answer) : 'The relay cannot be reached. Check that it runs, then try again.'
    return
  }
  const body = await answer.json()
  Object.assign(desk, { access: body.tokens.access, email: body.user.email, role: body.user.role })
  localStorage.setItem(SIGNED_IN, '1')
  loginForm.reset()
  await enter()
})

/** The invitation stands behind the #, where no server's log sees it. */
const invitation = /^#invitation=([\w-]+)$/.exec(location.hash)?.[1]
const joinForm = /** @type {HTMLFormElement} */ (at('join'))

joinForm.addEventListener('submit', async (event) => {
  event.preventDefault()
  at('join-problem').textContent = ''
  const password = new FormData(joinForm).get('password')
  const answer = await fetch('/api/auth/invitations', json({ token: invitation, password })).catch(() => undefined)
  if (!answer?.ok) {
    at('join-problem').textContent = answer ? await whyNot(answer) : 'The relay cannot be reached. Check that it runs, then try again.'
    return
  }
  const { member } = await answer.json()
  history.replaceState(null, '', location.pathname)
  joinForm.hidden = true
  show(false)
  const [email, secret] = ['email', 'password'].map((name) => /** @type {HTMLInputElement} */ (loginForm.elements.namedItem(name)))
  if (email) email.value = member.email
  secret?.focus()
  say('You are a member now. Log in with the password you chose.')
})

at('leave').addEventListener('click', async () => {
  await ask('/api/auth/logout', json({})).catch(() => undefined)
  localStorage.removeItem(SIGNED_IN)
  location.reload()
})

async function enter() {
  show(true)
  await loadCalls()
  at('main').focus()
}

async function loadCalls() {
  const answer = await ask('/api/calls?limit=50').catch(() => undefined)
  if (!answer) return say('The relay cannot be reached. The list goes on by itself when it is back.')
  if (answer.status === 401) return show(false)
  if (!answer.ok) return say(await whyNot(answer))
  say('')
  const body = await answer.json()
  const known = new Set(body.calls.map((/** @type {Call} */ call) => call.id))
  desk.calls = [...body.calls, ...desk.calls.filter((call) => desk.older && !known.has(call.id))]
  if (!desk.older) desk.cursor = body.nextCursor
  drawCalls()
}

at('more').addEventListener('click', async () => {
  const answer = await ask(`/api/calls?limit=50&cursor=${encodeURIComponent(desk.cursor ?? '')}`)
  if (!answer.ok) return say(await whyNot(answer))
  const body = await answer.json()
  desk.older = true
  desk.cursor = body.nextCursor
  desk.calls.push(...body.calls)
  drawCalls()
})

/** @param {string} words */
function say(words) {
  if (at('notice').textContent !== words) at('notice').textContent = words
}

/** @param {number | undefined} ms */
const length = (ms) => (ms === undefined ? '' : `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`)
/** @param {string} iso */
const moment = (iso) => new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** @param {Call} call */
const standing = (call) => (LIVE.has(call.status) ? 'live' : `${call.status}${call.endReason ? ` · ${call.endReason}` : ''}`)

/** Rows are kept by id, so that a refresh never takes the focus or moves what is under the pointer more than it must. */
function drawCalls() {
  const list = at('calls')
  const rows = new Map([...list.children].map((item) => [/** @type {HTMLElement} */ (item).dataset.id, item]))
  const items = desk.calls.map((call) => {
    const item = rows.get(call.id) ?? make('li', { 'data-id': call.id }, make('button', { type: 'button', class: 'row plain' }))
    const row = /** @type {HTMLElement} */ (item.firstElementChild)
    const words = [moment(call.startedAt), length(call.durationMs), `${call.agentId} · ${call.kind}`, standing(call)]
    if (row.dataset.words !== words.join('|')) {
      row.dataset.words = words.join('|')
      row.replaceChildren(
        make('span', { class: 'when' }, words[0]),
        make('span', { class: 'long' }, words[1]),
        make('span', { class: 'quiet' }, words[2]),
        make('span', { class: LIVE.has(call.status) ? 'live' : 'quiet' }, words[3]),
      )
    }
    row.setAttribute('aria-current', String(call.id === desk.open))
    return item
  })
  const moved = items.length !== list.children.length || items.some((item, place) => list.children[place] !== item)
  if (moved) {
    const focused = document.activeElement
    list.replaceChildren(...items)
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true })
  }
  at('empty').hidden = items.length > 0
  at('more').hidden = !desk.cursor
}

at('calls').addEventListener('click', (event) => {
  const item = /** @type {HTMLElement} */ (event.target).closest('li')
  if (item?.dataset.id) void openCall(item.dataset.id)
})

/** @param {string} id */
async function openCall(id) {
  desk.open = id
  drawCalls()
  const paths = ['', '/transcript', '/events', '/evidence'].map((end) => ask(`/api/calls/${id}${end}`))
  const answers = await Promise.all(paths).catch(() => [])
  if (desk.open !== id) return
  const bad = answers.find((answer) => !answer.ok)
  if (bad || answers.length === 0) return say(bad ? await whyNot(bad) : 'The relay cannot be reached. Try again in a moment.')
  const [one, transcript, events, evidence] = await Promise.all(answers.map((answer) => answer.json()))
  if (desk.open !== id) return
  drawCall(one.call ?? one, transcript.entries, events.events, evidence)
}

/**
 * @param {Call} call
 * @param {{role: string, text: string, interrupted?: boolean, startedAt: string}[]} entries
 * @param {{seq: number, at: string, type: string}[]} events
 * @param {{verified: boolean, erased?: boolean, events?: number, head?: string}} evidence
 */
function drawCall(call, entries, events, evidence) {
  const facts = {
    Began: moment(call.startedAt),
    Lasted: length(call.durationMs) || 'still going',
    Status: standing(call),
    Agent: call.agentId,
    Session: call.sessionId,
    Call: call.id,
  }
  const sealed = evidence.verified
    ? make('p', { class: 'sealed' }, `The chain of ${events.length} events verifies${evidence.erased ? '; its words were erased' : ''}.`)
    : make(
        'p',
        { class: 'broken' },
        LIVE.has(call.status) ? 'The chain is sealed when the call ends.' : 'The chain does not verify: the log was changed.',
      )
  const acts = make('div', { class: 'acts' })
  if (LIVE.has(call.status) && desk.role !== 'viewer') {
    if (call.kind !== 'bridge') acts.append(holding(call), whispering(call.id))
    acts.append(act('Hang up', 'plain', () => hangUp(call.id)))
  }
  if (!LIVE.has(call.status) && desk.role === 'admin' && !evidence.erased)
    acts.append(act('Erase this call', 'plain danger', () => erase(call.id)))
  at('detail').replaceChildren(
    make('h1', {}, `Call of ${moment(call.startedAt)}`),
    make(
      'dl',
      { class: 'facts' },
      ...Object.entries(facts).map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))),
    ),
    make('h2', {}, 'Transcript, as heard'),
    entries.length === 0
      ? make('p', { class: 'empty' }, evidence.erased ? 'Erased.' : 'Nothing was said.')
      : make('ol', { class: 'transcript', role: 'list' }, ...entries.map(line)),
    make('h2', {}, 'Events'),
    sealed,
    make(
      'ol',
      { class: 'events', role: 'list' },
      ...events.map((event) => make('li', {}, make('time', {}, new Date(event.at).toLocaleTimeString()), make('span', {}, event.type))),
    ),
    acts,
  )
}

/** @param {{role: string, text: string, interrupted?: boolean}} entry */
function line(entry) {
  const item = make(
    'li',
    { class: entry.role, dir: 'auto' },
    make('small', {}, entry.interrupted ? `${entry.role}, cut off here` : entry.role),
  )
  item.append(entry.text)
  return item
}

/**
 * @param {string} words
 * @param {string} look
 * @param {() => Promise<void>} task
 */
function act(words, look, task) {
  const button = make('button', { type: 'button', class: look }, words)
  button.addEventListener('click', () => void task())
  return button
}

/** @param {Call} call */
function holding(call) {
  const isHeld = call.ai === 'paused'
  return act(isHeld ? 'Let the agent go on' : 'Hold the agent back', 'plain', async () => {
    const answer = await ask(`/api/calls/${call.id}/pause-ai`, { method: isHeld ? 'DELETE' : 'POST' })
    if (!answer.ok) return say(await whyNot(answer))
    say(isHeld ? 'The agent goes on.' : 'The agent is silent. It hears, and answers when it goes on.')
    await openCall(call.id)
  })
}

/** @param {string} id */
function whispering(id) {
  const form = make(
    'form',
    { class: 'whisper' },
    make('label', {}, 'Whisper to the agent', make('input', { name: 'text', maxlength: '2000', required: '', autocomplete: 'off' })),
    make('button', { type: 'submit', class: 'plain' }, 'Whisper'),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const fields = /** @type {HTMLFormElement} */ (form)
    const answer = await ask(`/api/calls/${id}/whisper`, json({ text: new FormData(fields).get('text') }))
    if (!answer.ok) return say(await whyNot(answer))
    fields.reset()
    say('The agent was told. The visitor hears nothing of it.')
  })
  return form
}

/** @param {string} id */
async function hangUp(id) {
  const answer = await ask(`/api/calls/${id}/hangup`, json({}))
  say(answer.ok ? 'The call is ending.' : await whyNot(answer))
}

/** @param {string} id */
async function erase(id) {
  if (!window.confirm('Erase every word of this call for good? The chain of events stays and still verifies.')) return
  const answer = await ask(`/api/calls/${id}`, { method: 'DELETE' })
  if (!answer.ok) return say(await whyNot(answer))
  say('Erased.')
  await openCall(id)
}

document.addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return
  const step = { j: 1, k: -1 }[event.key]
  if (!step || desk.calls.length === 0) return
  const next = desk.calls[Math.max(0, desk.calls.findIndex((call) => call.id === desk.open) + step)]
  if (!next) return
  void openCall(next.id)
  const item = [...at('calls').children].find((row) => /** @type {HTMLElement} */ (row).dataset.id === next.id)
  if (item?.firstElementChild instanceof HTMLElement) item.firstElementChild.focus()
})

setInterval(() => {
  if (!at('desk').hidden && document.visibilityState === 'visible') void loadCalls()
}, REFRESH_LIST_MS)

if (invitation) joinForm.hidden = false
else if (await renew()) await enter()
else show(false)
