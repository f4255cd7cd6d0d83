import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { z } from 'zod'
import type { TrustProxy } from './settings/kinds.ts'
import { SETTINGS, type Setting } from './settings/table.ts'

export { SETTINGS, type Setting } from './settings/table.ts'

type Env = Record<string, string | undefined>
type Group = keyof typeof SETTINGS
type Value<R> = R extends { schema: z.ZodType<infer T, string> } ? (R extends { default: string } ? T : T | undefined) : never
type Values = { [G in Group]: { [N in keyof (typeof SETTINGS)[G]]: Value<(typeof SETTINGS)[G][N]> } }

/** One line that names the variable and what is wrong with it, never its value. */
export class SettingsError extends Error {
  readonly variable: string
  constructor(variable: string, problem: string) {
    super(`${variable} ${problem}`)
    this.name = 'SettingsError'
    this.variable = variable
  }
}

/** Everything the environment decides, typed; groups as in the table. */
export interface Settings extends Omit<Values, 'relay'> {
  port: number
  host: string
  dataDir: string
  /** Origin without a trailing slash; unset: http://localhost:PORT, known once the relay listens. */
  publicUrl: string | undefined
  logLevel: Values['relay']['LOG_LEVEL']
  trustProxy: TrustProxy
  maxCalls: number
}

/**
 * Environment → typed settings. Empty variables count as missing.
 * @throws SettingsError with one line naming the variable
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const { relay, ...groups } = readGroups(env)
  if (groups.storage.DATABASE_URL) {
    for (const name of ['AUTH_SECRET', 'ENCRYPTION_KEY'] as const) {
      if (!groups.access[name]) throw new SettingsError(name, 'is required with DATABASE_URL: set the same one on every start')
    }
  }
  if (groups.storage.REDIS_URL) {
    for (const name of ['DATABASE_URL', 'INSTANCE_URL'] as const) {
      if (!groups.storage[name])
        throw new SettingsError(name, 'is required with REDIS_URL: several relays share one Postgres, and each has an address of its own')
    }
  }
  return {
    ...groups,
    port: relay.PORT,
    host: relay.HOST,
    dataDir: relay.DATA_DIR,
    publicUrl: relay.PUBLIC_URL ?? relay.NEXT_PUBLIC_APP_URL,
    logLevel: relay.LOG_LEVEL,
    trustProxy: relay.TRUST_PROXY ?? { kind: 'none' },
    maxCalls: relay.MAX_CALLS,
  }
}

function readGroups(env: Env): Values {
  const groups = Object.entries(SETTINGS).map(([group, rows]) => [
    group,
    Object.fromEntries(Object.entries<Setting>(rows).map(([name, row]) => [name, readOne(name, row, env)])),
  ])
  return Object.fromEntries(groups)
}

function readOne(name: string, row: Setting, env: Env): unknown {
  const text = env[name]?.trim() || row.default
  if (text === undefined) return undefined
  const read = row.schema.safeParse(text)
  if (!read.success) throw new SettingsError(name, read.error.issues[0]?.message ?? 'cannot be used')
  return read.data
}

/** Environment, then `.env.local`, then `.env` of `dir`: the first that has a variable wins. */
export function loadEnv(dir: string): Record<string, string | undefined> {
  return { ...readEnvFile(join(dir, '.env')), ...readEnvFile(join(dir, '.env.local')), ...process.env }
}

function readEnvFile(path: string): Env {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new SettingsError(path.endsWith('.local') ? '.env.local' : '.env', 'cannot be read')
  }
}

const TITLES: Record<Group, string> = {
  relay: 'The relay',
  storage: 'Storage',
  access: 'Access',
  gemini: 'Gemini',
  openai: 'OpenAI-compatible servers',
  tools: 'Tools of agents',
  costs: 'Costs',
  gate: 'Outgoing calls',
  speech: 'Speech',
  jiocx: 'JioCX',
  exotel: 'Exotel',
  twilio: 'Twilio',
  optima: 'Optima',
}

/** The text of `.env.example`: every variable, commented out, with what it is for. */
export function envExample(): string {
  const head = '# Every variable. Copy to .env.local and fill in what you use; the environment wins over both files.\n'
  const groups = Object.entries(SETTINGS).map(([group, rows]) => {
    const lines = Object.entries<Setting>(rows).map(([name, row]) => {
      const note = row.later ? ` (not used yet: ${row.later})` : ''
      return `# ${row.about}${note}\n# ${name}=${row.default ?? row.example ?? ''}\n`
    })
    return `\n# ---- ${TITLES[group as Group]} ----\n\n${lines.join('\n')}`
  })
  return head + groups.join('')
}
