/** Where the console stands: `#/calls/ID?tab=events` → page `calls`, rest `['ID']`. */
export interface Route {
  page: string
  rest: readonly string[]
  query: URLSearchParams
}

const FIRST_PAGE = 'dashboard'

export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [page, ...rest] = path.split('/').filter(Boolean).map(decode)
  return { page: page || FIRST_PAGE, rest, query: new URLSearchParams(search) }
}

/** `hashOf('calls', ['ID'], {tab: 'events'})` → `#/calls/ID?tab=events`. Empty values are left out. */
export function hashOf(page: string, rest: readonly string[] = [], query: Record<string, string> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  return `#/${[page, ...rest].map(encodeURIComponent).join('/')}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
