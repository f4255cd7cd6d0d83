import type { Clock } from '../../calls/ports.ts'
import type { Settings } from '../../settings.ts'
import { type Carrier, CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createJiocxAccount } from './account.ts'
import { JiocxConfig, jiocxConfig } from './config.ts'
import { type Deviations, dialectOf } from './dialect.ts'
import { jiocxDoors } from './doors.ts'
import { examineJiocx } from './examine.ts'
import { createLogins, type Logins } from './login.ts'
import { createJiocxRest } from './rest.ts'

/** It rings two phones and joins them; it brings no sound. */
export const jiocx: Carrier<JiocxConfig> = {
  name: 'jiocx',
  abilities: {
    places: true,
    receives: false,
    streams: false,
    bridges: true,
    bridgesAtOnce: true,
    playsRecording: true,
    sendsDigits: false,
    hearsDigits: false,
    transfers: false,
    hangsUp: true,
    records: false,
    detectsMachines: false,
    needsPolling: true,
    signs: false,
  },
  config: jiocxConfig,
  guide: new URL('./GUIDE.md', import.meta.url),
  pollMs: (settings) => settings.jiocx.JIOCX_POLL_MS,
  doors: (house) => jiocxDoors(house, ofHouse(house.settings)),

  fromEnvironment,
  examine(o) {
    const number = fromEnvironment(o.settings)
    return examineJiocx(o, number && { config: number.config, dialect: dialectOf(ofHouse(o.settings), number.config) })
  },
  open(config, { settings, clock }) {
    const fault = hostFault(jiocxConfig, config, settings)
    if (fault) throw new CarrierFault('refused', `The credentials of this number may not leave: its apiBaseUrl ${fault}.`)
    const dialect = dialectOf(ofHouse(settings), config)
    const root = (config.apiBaseUrl ?? settings.jiocx.JIOCX_API_BASE_URL).replace(/\/$/, '')
    return createJiocxAccount({
      rest: createJiocxRest({ root, config, dialect, clock, logins: loginsOf(settings, clock) }),
      dialect,
      config,
    })
  },
}

/** A house reads its settings once: they stand for it. */
const houses = new WeakMap<Settings, Logins>()

function loginsOf(settings: Settings, clock: Clock): Logins {
  const known = houses.get(settings)
  if (known) return known
  const logins = createLogins(clock)
  houses.set(settings, logins)
  return logins
}

/** What the environment says otherwise than the guide. */
function ofHouse({ jiocx: given }: Settings): Deviations {
  return {
    auth: given.JIOCX_AUTH,
    numberFormat: given.JIOCX_NUMBER_FORMAT,
    headers: given.JIOCX_HEADERS,
    body: given.JIOCX_BODY,
    paths: given.JIOCX_PATHS,
    fields: given.JIOCX_FIELDS,
    answers: given.JIOCX_ANSWERS,
    statuses: given.JIOCX_STATUSES,
  }
}

function fromEnvironment({ jiocx: given }: Settings): { config: JiocxConfig; phoneNumber: string } | undefined {
  const { JIOCX_ORGANIZATION_NAME, JIOCX_PASSWORD, JIOCX_PHONE_NUMBER, JIOCX_SENDER_ID, JIOCX_USERNAME } = given
  // What the called phone shows is the sender; some accounts have a number besides.
  const phoneNumber = JIOCX_PHONE_NUMBER ?? JIOCX_SENDER_ID
  if (!JIOCX_ORGANIZATION_NAME || !JIOCX_USERNAME || !JIOCX_PASSWORD || !phoneNumber) return undefined
  const config = JiocxConfig.parse({
    organizationName: JIOCX_ORGANIZATION_NAME,
    username: JIOCX_USERNAME,
    password: JIOCX_PASSWORD,
    apiKey: given.JIOCX_API_KEY,
    senderId: JIOCX_SENDER_ID,
    dltEntityId: given.JIOCX_DLT_ENTITY_ID,
  })
  return { config, phoneNumber }
}
