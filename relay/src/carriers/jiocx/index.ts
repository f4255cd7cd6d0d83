import type { Clock } from '../../calls/ports.ts'
import type { Settings } from '../../settings.ts'
import { type Carrier, CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createJiocxAccount } from './account.ts'
import { JiocxConfig, jiocxConfig, lacking, ofHouse } from './config.ts'
import { dialectOf } from './dialect.ts'
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
    // As the environment may have become since it was stored.
    const [missing] = lacking(config, settings)
    if (missing) throw new CarrierFault('refused', `This number’s jiocxConfig.${missing.name} ${missing.why}: set it.`)
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

function fromEnvironment(settings: Settings): { config: JiocxConfig; phoneNumber: string } | undefined {
  const given = settings.jiocx
  // What the called phone shows is the sender; some accounts have a number besides.
  const phoneNumber = given.JIOCX_PHONE_NUMBER ?? given.JIOCX_SENDER_ID
  if (!phoneNumber) return undefined
  const config = JiocxConfig.parse({
    organizationName: given.JIOCX_ORGANIZATION_NAME,
    username: given.JIOCX_USERNAME,
    password: given.JIOCX_PASSWORD,
    apiKey: given.JIOCX_API_KEY,
    senderId: given.JIOCX_SENDER_ID,
    dltEntityId: given.JIOCX_DLT_ENTITY_ID,
  })
  return lacking(config, settings).length > 0 ? undefined : { config, phoneNumber }
}
