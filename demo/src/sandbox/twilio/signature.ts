import { createHmac } from 'node:crypto'

/** A form as Twilio sends it; a name may have several values. */
export type Form = Record<string, string | readonly string[]>

/** `X-Twilio-Signature` over a URL as Twilio has it and the parameters of a POST. */
export function sign(authToken: string, url: string, params: Form = {}): string {
  const names = Object.keys(params).sort()
  const signed = names.flatMap((name) => [...new Set([params[name] ?? ''].flat())].sort().map((value) => name + value))
  return createHmac('sha1', authToken)
    .update(url + signed.join(''))
    .digest('base64')
}
