/** Which pages may use an agent. Comparison is of whole origins, never of parts of names. */

/** `https://Shop.example/` → `https://shop.example`; `null` stays the word; anything else is no origin. */
export function normalOrigin(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === 'null') return 'null'
  if (!URL.canParse(trimmed)) return undefined
  const url = new URL(trimmed)
  if (url.origin === 'null' || url.username || url.password || url.pathname !== '/' || url.search || url.hash) return undefined
  return url.origin
}

/**
 * Whether a page of `origin` may use an agent.
 * `allowed` is the agent's own list (empty: the relay's own origins, `own`). A missing Origin is fine where nothing starts (`reading`).
 */
export function originAllowed(o: {
  origin: string | undefined
  reading: boolean
  allowed: readonly string[]
  own: readonly string[]
}): boolean {
  if (o.origin === undefined) return o.reading
  const list = o.allowed.length > 0 ? o.allowed : o.own.filter((own) => own !== 'null')
  return list.some((each) => normalOrigin(each) === o.origin)
}
