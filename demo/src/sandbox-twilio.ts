import { TWILIO_ACCOUNT } from './sandbox/twilio/account.ts'
import { nextDoor, type SimulatedCarrier, tellSandbox } from './sandbox-setup.ts'

/** Twilio as the sandbox plays it. Phones that call the shop's number reach its Voice URL. */
export const simulatedTwilio: SimulatedCarrier = {
  name: 'twilio',
  title: 'Twilio',
  own: (env) => Boolean(env.TWILIO_ACCOUNT_SID),
  env: (sandboxUrl) => ({
    TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.accountSid,
    TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.authToken,
    TWILIO_PHONE_NUMBER: TWILIO_ACCOUNT.phoneNumber,
    TWILIO_API_BASE_URL: sandboxUrl,
  }),
  async serve(sandboxUrl, relay) {
    await tellSandbox(`${sandboxUrl}/sandbox/twilio/settings`, { reach: nextDoor(relay) })
    const base = relay.url.replace(/\/$/, '')
    await tellSandbox(`${sandboxUrl}/sandbox/twilio/numbers`, {
      phoneNumber: TWILIO_ACCOUNT.phoneNumber,
      voiceUrl: `${base}/api/calls/websocket`,
      statusCallback: `${base}/api/calls/status`,
    })
  },
}
