/** The agent's language that suits a BCP 47 wish best: the same tag, then the same language, then the agent's first. */
export function chooseLanguage(wish: string | undefined, languages: readonly string[]): string {
  const [first = 'en'] = languages
  if (!wish) return first
  const wanted = wish.toLowerCase()
  const primary = wanted.split('-')[0]
  return (
    languages.find((tag) => tag.toLowerCase() === wanted) ?? languages.find((tag) => tag.toLowerCase().split('-')[0] === primary) ?? first
  )
}
