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
    if (!number) return examineJiocx(o, undefined)
    const dialect = dialectOf(ofHouse(o.settings), number.config)
    return examineJiocx(o, { config: number.config, dialect, logins: loginsIn(ofDoctors, o.settings, o.clock) })
  },
  open(config, { settings, clock }) {
    const fault = hostFault(jiocxConfig, config, settings)
    if (fault) throw new CarrierFault('refused', `The credentials of this number may not leave: its apiBaseUrl ${fault}.`)
    const dialect = dialectOf(ofHouse(settings), config)
    const root = (config.apiBaseUrl ?? settings.jiocx.JIOCX_API_BASE_URL).replace(/\/$/, '')
    return createJiocxAccount({
      rest: createJiocxRest({ root, config, dialect, clock, logins: loginsIn(ofCalls, settings, clock) }),
      dialect,
      config,
    })
  },
}

/** Logins of those who ask: a house reads its settings once, so they stand for it. */
type Houses = WeakMap<Settings, Logins>
const ofCalls: Houses = new WeakMap()
/** The doctor's own: it looks for itself, takes no call its token, and knocks no oftener than a call. */
const ofDoctors: Houses = new WeakMap()

function loginsIn(houses: Houses, settings: Settings, clock: Clock): Logins {
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
