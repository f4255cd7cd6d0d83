/** Cloudflare's Turnstile, fetched only where an agent asks for it. It stands in the page's own tree, where it knows its way. */

const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit'
/** The slot of the panel in which it is seen. */
const SLOT = 'va-captcha'

interface Turnstile {
  render(
    place: HTMLElement,
    o: {
      sitekey: string
      theme: string
      language: string
      callback: (token: string) => void
      'expired-callback': () => void
      'error-callback': () => void
    },
  ): string
  reset(id: string): void
  remove(id: string): void
}
type Page = {
  turnstile?: Turnstile
  trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } }
}

export interface Captcha {
  /** A person's token, good for one request; nothing until they have shown that they are one. */
  readonly token: string
  /** The token was used. */
  renew(): void
  close(): void
}

let loading: Promise<Turnstile> | undefined

/** Rejects when the script cannot be had; the next call tries again. */
function load(): Promise<Turnstile> {
  const page = globalThis as unknown as Page
  if (page.turnstile) return Promise.resolve(page.turnstile)
  loading ??= new Promise<Turnstile>((resolve, reject) => {
    const script = document.createElement('script')
    const policy = page.trustedTypes?.createPolicy('voice-agent-captcha', { createScriptURL: () => SCRIPT })
    script.src = policy?.createScriptURL('') ?? SCRIPT
    script.async = true
    script.onload = () => (page.turnstile ? resolve(page.turnstile) : reject(new Error('The script brought no Turnstile.')))
    script.onerror = () => reject(new Error('Turnstile could not be loaded.'))
    document.head.append(script)
  }).catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

/** Puts the question into the host's slot. `changed` is called whenever there is a token, or none any more. */
export async function openCaptcha(
  host: HTMLElement,
  o: { siteKey: string; theme: 'auto' | 'light' | 'dark'; language: string; changed: () => void },
): Promise<Captcha> {
  const turnstile = await load()
  const place = document.createElement('div')
  place.slot = SLOT
  host.append(place)
  let token = ''
  const set = (now: string) => {
    token = now
    o.changed()
  }
  const id = turnstile.render(place, {
    sitekey: o.siteKey,
    theme: o.theme,
    language: o.language,
    callback: set,
    'expired-callback': () => set(''),
    'error-callback': () => set(''),
  })
  return {
    get token() {
      return token
    },
    renew: () => {
      token = ''
      turnstile.reset(id)
    },
    close: () => {
      turnstile.remove(id)
      place.remove()
    },
  }
}
