import type { Relay } from '@voice-agent/relay/relay'
import { TWILIO_ACCOUNT } from './sandbox/twilio/account.ts'

/** What a relay needs to ring the sandbox's phones as it would ring real ones. */
export function simulatedTwilio(sandboxUrl: string): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.accountSid,
    TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.authToken,
    TWILIO_PHONE_NUMBER: TWILIO_ACCOUNT.phoneNumber,
    TWILIO_API_BASE_URL: sandboxUrl,
  }
}

/** Every number of the sandbox's network: phones on the page, and those that only tests answer. They always ring. */
export const SANDBOX_NUMBERS: readonly string[] = Array.from({ length: 9 }, (_, n) => [
  `+1202555010${n + 1}`,
  `+91900000000${n + 1}`,
]).flat()

/** Sets the Voice URL of the shop's number, so that a phone can call the shop. Rejects when the sandbox refuses. */
export async function serveShopNumber(sandboxUrl: string, { port, url }: Pick<Relay, 'port' | 'url'>): Promise<void> {
  // A public address leads to the relay from elsewhere; from the sandbox it is next door.
  await tell(`${sandboxUrl}/sandbox/twilio/settings`, { reach: { [new URL(url).origin]: `http://127.0.0.1:${port}` } })
  const base = url.replace(/\/$/, '')
  await tell(`${sandboxUrl}/sandbox/twilio/numbers`, {
    phoneNumber: TWILIO_ACCOUNT.phoneNumber,
    voiceUrl: `${base}/api/calls/websocket`,
    statusCallback: `${base}/api/calls/status`,
  })
}

async function tell(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`The sandbox's phones could not be set up: ${await answer.text()}`)
}
