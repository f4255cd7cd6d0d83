import { FetchRefused, type GuardedFetch } from '../access/guarded-fetch.ts'
import type { Logger } from '../logger.ts'

/** Asks a service that speaks siteverify (Turnstile's way; hCaptcha and reCAPTCHA understand it too) whether a person sent this token. */
export type Captcha = (token: string, address: string) => Promise<boolean>

const TIMEOUT_MS = 5000
/** Turnstile's own bound. */
const LONGEST_TOKEN = 2048

/** Whatever is no clear yes is a no: a service that is away lets nobody in. */
export function createCaptcha(o: { url: string; secret: string; fetch: GuardedFetch; logger: Logger }): Captcha {
  return async (token, address) => {
    if (token === '' || token.length > LONGEST_TOKEN) return false
    try {
      const { status, content } = await o.fetch({
        url: o.url,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ secret: o.secret, response: token, remoteip: address }).toString(),
        timeoutMs: TIMEOUT_MS,
      })
      const success = typeof content === 'object' && content !== null && 'success' in content && content.success === true
      if (status !== 200) o.logger.warn({ status }, 'the captcha’s service refused our question: look at CAPTCHA_SECRET')
      return status === 200 && success
    } catch (error) {
      o.logger.warn({ fault: error instanceof FetchRefused ? error.message : 'error' }, 'the captcha’s service could not be asked')
      return false
    }
  }
}
