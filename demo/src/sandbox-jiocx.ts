import { JIOCX_ACCOUNT } from './sandbox/jiocx/account.ts'
import { nextDoor, type SimulatedCarrier, tellSandbox } from './sandbox-setup.ts'

/** JioCX as the sandbox plays it: it rings two phones, or one phone and a number of another carrier where the agent answers. */
export const simulatedJiocx: SimulatedCarrier = {
  name: 'jiocx',
  title: 'JioCX',
  own: (env) => Boolean(env.JIOCX_USERNAME || env.JIOCX_API_KEY),
  env: (sandboxUrl) => ({
    JIOCX_ORGANIZATION_NAME: JIOCX_ACCOUNT.organization,
    JIOCX_USERNAME: JIOCX_ACCOUNT.username,
    JIOCX_PASSWORD: JIOCX_ACCOUNT.password,
    JIOCX_API_KEY: JIOCX_ACCOUNT.apiKey,
    JIOCX_SENDER_ID: JIOCX_ACCOUNT.senderId,
    JIOCX_PHONE_NUMBER: JIOCX_ACCOUNT.phoneNumber,
    JIOCX_DLT_ENTITY_ID: JIOCX_ACCOUNT.dltEntityId,
    JIOCX_API_BASE_URL: `${sandboxUrl}/jiocx/v1`,
    JIOCX_POLL_MS: '300',
    JIOCX_PATHS: JSON.stringify({ credit: '/account/credits' }),
  }),
  serve: (sandboxUrl, relay) => tellSandbox(`${sandboxUrl}/sandbox/jiocx/settings`, { reach: nextDoor(relay) }),
}
