import { createServer } from 'node:net'
import pg from 'pg'
import { createReachProof } from '../access/reach-proof.ts'
import { knownAuthSecret } from '../access/secrets.ts'
import type { Carrier } from '../carriers/carrier.ts'
import { CARRIER_TABLE } from '../carriers/index.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../logger.ts'
import { readSettings, type Settings, SettingsError } from '../settings.ts'
import { StoreInUse, takeDataFolder } from '../store/data-folder.ts'
import { carrierFindings } from './carriers.ts'
import type { Finding } from './finding.ts'
import { reachFindings } from './reach.ts'
import { severalRelays } from './several-relays.ts'
import { dataFolder, engines, nodeVersion, notUsedYet, publicUrl, widget } from './surroundings.ts'

type Env = Record<string, string | undefined>

const STORE_WITHIN_MS = 5000
/** Settings and surroundings, most fundamental first. `widgetDir` is where the build puts the widget; the house's carriers unless others are given. */
export async function examine(env: Env, o: { widgetDir: string; carriers?: readonly Carrier[] }): Promise<Finding[]> {
  const findings = [nodeVersion()]
  const settings = tryRead(env)
  if (settings instanceof SettingsError) {
    return [...findings, { state: 'broken', about: 'settings', text: `${settings.message}. Correct it in the environment or .env.local.` }]
  }
  findings.push({ state: 'ok', about: 'settings', text: 'every variable that is set can be used' })
  findings.push(await dataFolder(settings))
  findings.push(await store(settings))
  findings.push(...(await severalRelays(settings)))
  const running = settings.storage.DATABASE_URL ? undefined : await lock(settings)
  if (running) findings.push(running)
  const ofPort = await port(settings, running?.state === 'note')
  findings.push(ofPort)
  findings.push(publicUrl(settings))
  // Only a relay that listens can be met.
  if (ofPort.state !== 'ok') findings.push(...(await reach(settings)))
  findings.push(await widget(o.widgetDir))
  findings.push(...engines(settings))
  findings.push(
    ...(await carrierFindings(o.carriers ?? CARRIER_TABLE, { settings, clock: systemClock, logger: createLogger({ level: 'silent' }) })),
  )
  findings.push(...notUsedYet(settings))
  return findings
}

async function reach(settings: Settings): Promise<Finding[]> {
  const secret = await knownAuthSecret(settings).catch(() => undefined)
  return secret === undefined ? [] : reachFindings({ ...settings, proof: createReachProof(secret) })
}

function tryRead(env: Env): Settings | SettingsError {
  try {
    return readSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
}

async function store(settings: Settings): Promise<Finding> {
  const url = settings.storage.DATABASE_URL
  if (!url) return { state: 'ok', about: 'storage', text: 'embedded database in the data folder (DATABASE_URL is unset)' }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: STORE_WITHIN_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version")
    return { state: 'ok', about: 'storage', text: `Postgres ${rows[0]?.version ?? ''} answers` }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { state: 'broken', about: 'storage', text: `Postgres does not answer${code}: check DATABASE_URL and that the server runs` }
  } finally {
    await client.end()
  }
}

async function lock(settings: Settings): Promise<Finding> {
  const about = 'lock'
  try {
    await (await takeDataFolder(settings.dataDir)).release()
    return { state: 'ok', about, text: 'nobody else uses the data folder' }
  } catch (error) {
    if (!(error instanceof StoreInUse)) return { state: 'broken', about, text: 'the data folder cannot be locked: check its rights' }
    return { state: 'note', about, text: 'a relay uses the data folder: stop it before you start another' }
  }
}

function port(settings: Settings, relayRuns: boolean): Promise<Finding> {
  const about = 'port'
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (relayRuns && error.code === 'EADDRINUSE') {
        return done({ state: 'note', about, text: `${settings.port} is in use, probably by the relay that holds the data folder` })
      }
      const why = error.code === 'EADDRINUSE' ? 'is in use: stop what uses it' : `cannot be used (${error.code ?? 'unknown'})`
      done({ state: 'broken', about, text: `${settings.port} on ${settings.host} ${why}, or choose another with PORT and HOST` })
    })
    probe.listen({ port: settings.port, host: settings.host }, () =>
      probe.close(() => done({ state: 'ok', about, text: `${settings.port} on ${settings.host} is free` })),
    )
  })
}
