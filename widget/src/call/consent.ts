/** Which terms a visitor agreed to, remembered by the browser where it remembers anything. */
const keyOf = (name: string) => `voice-agent-terms:${name}`

export function agreedTo(name: string, version: string): boolean {
  try {
    return localStorage.getItem(keyOf(name)) === version
  } catch {
    return false
  }
}

export function rememberAgreed(name: string, version: string): void {
  try {
    localStorage.setItem(keyOf(name), version)
  } catch {
    // Storage is full or forbidden: the desk remembers until the page is left.
  }
}
