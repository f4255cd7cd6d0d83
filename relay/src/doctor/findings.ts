import { access, constants, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import pg from 'pg'
import type { Carrier } from '../carriers/carrier.ts'
import { CARRIER_TABLE } from '../carriers/index.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../logger.ts'
import { isLoopbackHost } from '../settings/kinds.ts'
import { readSettings, SETTINGS, type Setting, type Settings, SettingsError } from '../settings.ts'
import { StoreInUse, takeDataFolder } from '../store/data-folder.ts'
import { carrierFindings } from './carriers.ts'
import type { Finding } from './finding.ts'
import { severalRelays } from './several-relays.ts'

type Env = Record<string, string | undefined>

const STORE_WITHIN_MS = 5000
/** Engines and the variable that switches each on. */
const ENGINES = [
  ['gemini', 'GEMINI_API_KEY'],
  ['gemini-live', 'GEMINI_API_KEY'],
  ['openai', 'OPENAI_API_KEY'],
  ['homeai', 'HOMEAI_API_KEY'],
] as const

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
  findings.push(await port(settings, running?.state === 'note'))
  findings.push(publicUrl(settings))
  findings.push(await widget(o.widgetDir))
  findings.push(...engines(env))
  findings.push(
    ...(await carrierFindings(o.carriers ?? CARRIER_TABLE, { settings, clock: systemClock, logger: createLogger({ level: 'silent' }) })),
  )
  findings.push(...notUsedYet(env))
  return findings
}

function tryRead(env: Env): Settings | SettingsError {
  try {
    return readSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
}

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 24) return { state: 'ok', about: 'node', text: process.versions.node }
  return { state: 'broken', about: 'node', text: `${process.versions.node} is too old: start through npm, which brings Node 24` }
}

async function dataFolder(settings: Settings): Promise<Finding> {
  const dir = resolve(settings.dataDir)
  const about = 'data folder'
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const probe = join(dir, '.doctor')
    await writeFile(probe, '')
    await rm(probe)
    const kept = await stat(join(dir, 'secrets.json')).catch(() => undefined)
    if (kept && (kept.mode & 0o077) !== 0) {
      return { state: 'broken', about, text: 'secrets.json can be read by others: chmod 600 it' }
    }
    return { state: 'ok', about, text: `${settings.dataDir} can be written` }
  } catch {
    return { state: 'broken', about, text: `${settings.dataDir} cannot be written: choose another with DATA_DIR, or change its rights` }
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

function publicUrl(settings: Settings): Finding {
  const about = 'public address'
  if (!settings.publicUrl) {
    return { state: 'note', about, text: `http://localhost:${settings.port}, for this machine only: set PUBLIC_URL before others use it` }
  }
  const url = new URL(settings.publicUrl)
  if (url.protocol === 'https:' || isLoopbackHost(url.hostname)) return { state: 'ok', about, text: settings.publicUrl }
  return { state: 'note', about, text: `${settings.publicUrl} is not https: browsers give pages no microphone there` }
}

async function widget(dir: string): Promise<Finding> {
  try {
    await access(join(dir, 'voice-agent.js'), constants.R_OK)
    return { state: 'ok', about: 'widget', text: 'built' }
  } catch {
    return { state: 'broken', about: 'widget', text: 'is not built: npm run build' }
  }
}

function engines(env: Env): Finding[] {
  const offline: Finding = { state: 'ok', about: 'engine offline', text: 'always there' }
  return [
    offline,
    ...ENGINES.map(([name, variable]): Finding => {
      if (env[variable]?.trim()) return { state: 'ok', about: `engine ${name}`, text: `${variable} is set` }
      return { state: 'note', about: `engine ${name}`, text: `off: set ${variable} to switch it on` }
    }),
  ]
}

/** Later parts' variables are checked already, so that a mistake shows now. */
function notUsedYet(env: Env): Finding[] {
  const rows = Object.values(SETTINGS).flatMap((group) => Object.entries<Setting>(group))
  const set = rows.filter(([name, row]) => row.later && env[name]?.trim())
  return [...Map.groupBy(set, ([, row]) => row.later)].map(([later, named]) => ({
    state: 'note',
    about: String(later),
    text: `${named.map(([name]) => name).join(', ')}: fine, but not used yet`,
  }))
}
