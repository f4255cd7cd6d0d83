/** What this tab of the browser remembers under a name, also when the page is loaded anew. Nothing where the browser keeps nothing. */
export interface TabMemory {
  read(): string | undefined
  /** Forgets it without a text. */
  write(text?: string): void
}

export function tabMemory(name: string): TabMemory {
  return {
    read() {
      try {
        return sessionStorage.getItem(name) ?? undefined
      } catch {
        return undefined
      }
    },
    write(text) {
      try {
        if (text) sessionStorage.setItem(name, text)
        else sessionStorage.removeItem(name)
      } catch {
        // Full or forbidden.
      }
    },
  }
}
