import type { HttpSpec } from '../../agents/tool-spec.ts'

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** Arguments that do not fit into the address. */
export class ArgumentsUnusable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ArgumentsUnusable'
  }
}

/** The names that a URL's path wants filled. */
export function placeholdersOf(url: string): string[] {
  return [...pathOf(url).matchAll(PLACEHOLDER)].map((match) => match[1] ?? '')
}

/** True when braces stand outside the path, where nothing is filled. */
export function hasStrayBraces(url: string): boolean {
  const { before, after, path } = partsOf(url)
  return /[{}]/.test(before + after) || /[{}]/.test(path.replace(PLACEHOLDER, ''))
}

/**
 * Puts a tool's arguments where its request wants them: into the path, then into the query (GET, DELETE) or a JSON body.
 * @throws ArgumentsUnusable
 */
export function requestOf(
  spec: Pick<HttpSpec, 'url' | 'method'>,
  values: Readonly<Record<string, unknown>>,
): { url: string; body?: string } {
  const { before, path, after } = partsOf(spec.url)
  const inPath = new Set(placeholdersOf(spec.url))
  const filled = path.replace(PLACEHOLDER, (_, name: string) => segment(name, Object.hasOwn(values, name) ? values[name] : undefined))
  // `..` means the folder above, in every spelling: a value must not lead to another path than the owner's.
  if (filled.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part))) throw new ArgumentsUnusable('An argument must not be . or ..')
  const rest = Object.entries(values).filter(([name]) => !inPath.has(name))
  const url = before + filled + after
  if (spec.method !== 'GET' && spec.method !== 'DELETE') return { url, body: JSON.stringify(Object.fromEntries(rest)) }
  const withQuery = new URL(url)
  for (const [name, value] of rest)
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) withQuery.searchParams.append(name, textOf(each))
  return { url: withQuery.href }
}

function segment(name: string, value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
  if (text === '') throw new ArgumentsUnusable(`${name}: must be text or a number, and not empty`)
  if (!text.isWellFormed()) throw new ArgumentsUnusable(`${name}: holds broken characters`)
  return encodeURIComponent(text)
}

const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** Origin, path, and the rest with its mark; taken from the text, because a parsed URL would have its braces encoded. */
function partsOf(url: string): { before: string; path: string; after: string } {
  const [, before = url, path = '', after = ''] = /^([a-z]+:\/\/[^/?#\\]*)([^?#]*)(.*)$/is.exec(url) ?? []
  return { before, path, after }
}
const pathOf = (url: string) => partsOf(url).path
