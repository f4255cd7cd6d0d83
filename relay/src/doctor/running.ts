import type { ReachProof } from '../access/reach-proof.ts'
import type { Clock } from '../calls/ports.ts'
import type { Carrier } from '../carriers/carrier.ts'
import type { Logger } from '../logger.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/open.ts'
import { carrierFindings } from './carriers.ts'
import type { Finding } from './finding.ts'
import { reachFindings } from './reach.ts'
import { severalRelays } from './several-relays.ts'
import { dataFolder, engines, nodeVersion, notUsedYet, publicUrl, widget } from './surroundings.ts'

const STORE_WITHIN_MS = 2000

/** What the doctor finds of a relay that runs, most fundamental first. */
export async function examineRunning(o: {
  settings: Settings
  store: Pick<Store, 'alive' | 'kind'>
  carriers: readonly Carrier[]
  proof: ReachProof
  widgetDir: string
  clock: Clock
  logger: Logger
}): Promise<Finding[]> {
  const { settings } = o
  const found = await Promise.all([
    nodeVersion(),
    { state: 'ok', about: 'settings', text: 'every variable that is set can be used' } as const,
    dataFolder(settings),
    storage(o.store),
    severalRelays(settings),
    publicUrl(settings),
    reachFindings({ ...settings, proof: o.proof }),
    widget(o.widgetDir),
    engines(settings),
    carrierFindings(o.carriers, o),
    notUsedYet(settings),
  ])
  return found.flat()
}

async function storage({ alive, kind }: Pick<Store, 'alive' | 'kind'>): Promise<Finding> {
  const about = 'storage'
  const embedded = kind === 'pglite'
  if (await alive(STORE_WITHIN_MS))
    return { state: 'ok', about, text: embedded ? 'embedded database in the data folder' : 'Postgres answers' }
  const text = embedded
    ? 'the embedded database does not answer: restart the relay'
    : 'Postgres does not answer: check DATABASE_URL and that the server runs'
  return { state: 'broken', about, text }
}
