/** An agent as operators read it; what it may hold besides is drawn from the API's own description. */
export interface Agent {
  id: string
  name: string
  createdAt: string
  updatedAt: string
  greeting: string
  languages: string[]
  modes: string[]
  visibility: 'public' | 'private'
  allowedOrigins: string[]
  engine: string
  [more: string]: unknown
}

/** What a form changes: all but what the relay writes itself. */
export function documentOf({ createdAt: _, id: __, updatedAt: ___, ...document }: Agent): Record<string, unknown> {
  return document
}
