/** Which terms a visitor agreed to, remembered by the browser where it remembers anything. */
const keyOf = (name: string) => `voice-agent-terms:${name}`
/** For browsers that keep nothing: at least this page does. */
const thisPage = new Map<string, string>()

export function agreedTo(name: string, version: string): boolean {
  try {
    return (localStorage.getItem(keyOf(name)) ?? thisPage.get(name)) === version
  } catch {
    return thisPage.get(name) === version
  }
}

export function rememberAgreed(name: string, version: string): void {
  thisPage.set(name, version)
  try {
    localStorage.setItem(keyOf(name), version)
  } catch {
    // Storage is full or forbidden: the page remembers until it is left.
  }
}
