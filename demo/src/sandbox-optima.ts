import { OPTIMA_ACCOUNT } from './sandbox/optima/account.ts'
import type { SimulatedCarrier } from './sandbox-setup.ts'

/** Optima as the sandbox plays it. Calls that come in are told over the relay's own connection: nothing has to be set up. */
export const simulatedOptima: SimulatedCarrier = {
  name: 'optima',
  title: 'Optima',
  own: (env) => Boolean(env.OPTIMA_TOKEN),
  env: (sandboxUrl) => ({
    OPTIMA_TOKEN: OPTIMA_ACCOUNT.token,
    OPTIMA_PHONE_NUMBER: OPTIMA_ACCOUNT.phoneNumber,
    OPTIMA_API_BASE_URL: sandboxUrl,
    OPTIMA_MEDIA_HOSTS: '127.0.0.1',
  }),
}
