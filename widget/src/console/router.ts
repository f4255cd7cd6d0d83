/** Where the console stands: `#/calls/ID?tab=events` → page `calls`, rest `['ID']`. */
export interface Route {
  page: string
  rest: readonly string[]
  query: URLSearchParams
}

export const FIRST_PAGE = 'dashboard'

export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [page, ...rest] = path.split('/').filter(Boolean).map(decode)
  return { page: page || FIRST_PAGE, rest, query: new URLSearchParams(search) }
}

/** `hashOf('calls', 'ID')` → `#/calls/ID` */
export const hashOf = (page: string, ...rest: readonly string[]): string => `#/${[page, ...rest].map(encodeURIComponent).join('/')}`

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
