import { EXOTEL_ACCOUNT } from './sandbox/exotel/account.ts'
import { nextDoor, type SimulatedCarrier, tellSandbox } from './sandbox-setup.ts'

const { apiKey, apiToken, phoneNumber, sid } = EXOTEL_ACCOUNT

/** Exotel as the sandbox plays it. Its ExoPhone's flow asks the relay for the address of the sound, and tells it how the call came off. */
export const simulatedExotel: SimulatedCarrier = {
  name: 'exotel',
  title: 'Exotel',
  own: (env) => Boolean(env.EXOTEL_API_KEY),
  env: (sandboxUrl) => ({
    EXOTEL_API_KEY: apiKey,
    EXOTEL_API_TOKEN: apiToken,
    EXOTEL_SID: sid,
    EXOTEL_CALLER_ID: phoneNumber,
    EXOTEL_API_BASE_URL: sandboxUrl,
  }),
  async serve(sandboxUrl, relay) {
    await tellSandbox(`${sandboxUrl}/sandbox/exotel/settings`, { reach: nextDoor(relay) })
    const url = new URL('/api/telephony/webhook/env-exotel', relay.url)
    Object.assign(url, { username: apiKey, password: apiToken })
    await tellSandbox(`${sandboxUrl}/sandbox/exotel/numbers`, {
      phoneNumber,
      flow: [
        { applet: 'stream', url: url.href },
        { applet: 'passthru', url: url.href },
      ],
    })
  },
}
