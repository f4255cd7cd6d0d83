import 'axe-core'
import type { Api, Asked } from '../console/api.ts'
import { Hands } from '../console/hands/hands.ts'
import type { Live } from '../console/live.ts'
import type { ConsolePage, Desk } from '../console/page.ts'
import { ConsoleProblem } from '../console/problem.ts'
import { hashOf, routeOf } from '../console/router.ts'
import type { Role } from '../console/session.ts'
import { sayWith } from '../console/words.ts'

/** Pages of the console without the console around them: a desk whose relay is a table of answers. */

interface Axe {
  run(root: Element, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>
}
const { axe } = globalThis as typeof globalThis & { axe: Axe }

/** What axe says of an element and all within; rules of whole pages aside. */
export async function axeOffences(root: Element): Promise<string[]> {
  const { violations } = await axe.run(root, { rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } } })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
  )
}

export function unmountAll(): void {
  document.body.replaceChildren()
  location.hash = ''
}

/** `GET /api/agents` → what is answered, or how it is made of what was asked. A ConsoleProblem is thrown. */
export type Answers = Record<string, unknown>
export interface AskedOf {
  route: string
  path: string
  body?: unknown
  query?: Asked['query']
}

export interface FakeDesk extends Desk {
  readonly asked: AskedOf[]
  readonly told: string[]
  readonly went: string[]
}

export function fakeDesk(answers: Answers, o: { role?: Role } = {}): FakeDesk {
  const asked: AskedOf[] = []
  const told: string[] = []
  const went: string[] = []
  const role = o.role ?? 'admin'

  async function answer(method: string, path: string, { body, query }: Asked = {}): Promise<unknown> {
    const route = Object.keys(answers).find((each) => fits(each, method, path))
    asked.push({ route: `${method} ${path}`, path, ...(body === undefined ? {} : { body }), ...(query === undefined ? {} : { query }) })
    if (route === undefined) throw new ConsoleProblem({ code: 'not_found', status: 404, message: `No answer for ${method} ${path}.` })
    const given = answers[route]
    const made: unknown = typeof given === 'function' ? await given({ body, query, path }) : given
    if (made instanceof ConsoleProblem) throw made
    return structuredClone(made)
  }
  const api: Api = {
    get: <T>(path: string, how?: Asked) => answer('GET', path, how) as Promise<T>,
    post: <T>(path: string, body?: unknown, how?: Asked) => answer('POST', path, { ...how, body }) as Promise<T>,
    put: <T>(path: string, body: unknown, how?: Asked) => answer('PUT', path, { ...how, body }) as Promise<T>,
    patch: <T>(path: string, body: unknown, how?: Asked) => answer('PATCH', path, { ...how, body }) as Promise<T>,
    delete: <T>(path: string, how?: Asked) => answer('DELETE', path, how) as Promise<T>,
    open: async (method, path, how) => {
      const made = await answer(method, path, how)
      return new Response(typeof made === 'string' ? made : JSON.stringify(made))
    },
  }
  const silent = () => () => undefined
  const live: Live = { state: 'connected', onCall: silent, onBack: silent, onState: silent, transcript: silent, close: () => undefined }
  const ranks: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }
  return {
    asked,
    told,
    went,
    api,
    live,
    hands: new Hands({ api, tell: () => undefined }),
    session: {
      state: 'in',
      user: { id: 'u_1', email: 'admin@example.com', role },
      isOwn: true,
      open: async () => undefined,
      token: async () => 'token',
      renew: async () => 'token',
      signIn: async () => undefined,
      signOut: async () => undefined,
      may: (wanted) => ranks[role] >= ranks[wanted],
      onChange: silent,
    },
    go: (page, rest = [], o = {}) => void went.push(hashOf(page, rest, o.query)),
    t: sayWith({}),
    tell: (sentence) => void told.push(sentence),
    relay: location.origin,
    language: 'en',
  }
}

/** `GET /api/agents/*` covers one part of the path. */
function fits(pattern: string, method: string, path: string): boolean {
  const [wanted = '', at = ''] = pattern.split(' ')
  const [parts, given] = [at.split('/'), path.split('/')]
  return wanted === method && parts.length === given.length && parts.every((part, place) => part === '*' || part === given[place])
}

/** Shows a page and waits until it has what it asked for. */
export async function mountPage<P extends ConsolePage>(page: P, desk: FakeDesk, hash: string): Promise<P> {
  Object.assign(page, { desk, route: routeOf(hash) })
  document.body.append(page)
  await settled(page)
  return page
}

/** Until the page asks for nothing more and has drawn itself. */
export async function settled(page: ConsolePage): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    await page.updateComplete
    await new Promise((done) => setTimeout(done))
  }
}

/** An element of the page by its accessible words: a button, link or field. */
export function named<T extends HTMLElement = HTMLElement>(page: ConsolePage, selector: string, words: string): T {
  const all = [...everywhere(page.renderRoot, selector)]
  const found = all.find((each) => nameOf(each) === words)
  if (!found) throw new Error(`no ${selector} is called ${words}; there are: ${all.map(nameOf).join(' | ')}`)
  return found as T
}

export const has = (page: ConsolePage, selector: string, words: string): boolean =>
  [...everywhere(page.renderRoot, selector)].some((each) => nameOf(each) === words)

/** All words of the page, those inside its parts, too. */
export const wordsIn = (page: ConsolePage): string =>
  [...everywhere(page.renderRoot, '*')]
    .flatMap((each) =>
      [...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent?.trim() ?? ''),
    )
    .filter(Boolean)
    .join(' ')

export function write(control: HTMLElement, text: string): void {
  if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement))
    throw new Error('not to be written in')
  control.value = text
  control.dispatchEvent(new Event('input', { bubbles: true }))
  control.dispatchEvent(new Event('change', { bubbles: true }))
}

function* everywhere(root: ParentNode, selector: string): Generator<HTMLElement> {
  for (const each of root.querySelectorAll<HTMLElement>('*')) {
    if (each.tagName === 'STYLE') continue
    if (each.matches(selector)) yield each
    if (each.shadowRoot) yield* everywhere(each.shadowRoot, selector)
  }
}

function nameOf(each: HTMLElement): string {
  const [label] = 'labels' in each ? ((each as HTMLInputElement).labels ?? []) : []
  const said = each.getAttribute('aria-label') ?? (label ? ownText(label) : each.textContent)
  return (said ?? '').replaceAll(/\s+/g, ' ').trim()
}

/** Without what its controls hold: a list's options are no part of its label. */
const ownText = (label: Element): string =>
  [...label.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : '')).join('')
