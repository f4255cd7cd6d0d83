import { access, constants, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isLoopbackHost } from '../settings/kinds.ts'
import { SETTINGS, type Setting, type Settings } from '../settings.ts'
import type { Finding } from './finding.ts'

/** What is found of a relay's surroundings, whether it runs or is about to. */

/** Engines, the variable that switches each on, and whether it is set. */
const ENGINES: readonly [string, string, (settings: Settings) => unknown][] = [
  ['gemini', 'GEMINI_API_KEY', ({ gemini }) => gemini.GEMINI_API_KEY],
  ['gemini-live', 'GEMINI_API_KEY', ({ gemini }) => gemini.GEMINI_API_KEY],
  ['openai', 'OPENAI_API_KEY', ({ openai }) => openai.OPENAI_API_KEY],
  ['homeai', 'HOMEAI_API_KEY', ({ openai }) => openai.HOMEAI_API_KEY],
]

export function nodeVersion(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 24) return { state: 'ok', about: 'node', text: process.versions.node }
  return { state: 'broken', about: 'node', text: `${process.versions.node} is too old: start through npm, which brings Node 24` }
}

export async function dataFolder(settings: Settings): Promise<Finding> {
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

export function publicUrl(settings: Settings): Finding {
  const about = 'public address'
  if (!settings.publicUrl) {
    return { state: 'note', about, text: `http://localhost:${settings.port}, for this machine only: set PUBLIC_URL before others use it` }
  }
  const url = new URL(settings.publicUrl)
  if (url.protocol === 'https:' || isLoopbackHost(url.hostname)) return { state: 'ok', about, text: settings.publicUrl }
  return { state: 'note', about, text: `${settings.publicUrl} is not https: browsers give pages no microphone there` }
}

export async function widget(dir: string): Promise<Finding> {
  try {
    await access(join(dir, 'voice-agent.js'), constants.R_OK)
    return { state: 'ok', about: 'widget', text: 'built' }
  } catch {
    return { state: 'broken', about: 'widget', text: 'is not built: npm run build' }
  }
}

export function engines(settings: Settings): Finding[] {
  const offline: Finding = { state: 'ok', about: 'engine offline', text: 'always there' }
  return [
    offline,
    ...ENGINES.map(([name, variable, given]): Finding => {
      if (given(settings)) return { state: 'ok', about: `engine ${name}`, text: `${variable} is set` }
      return { state: 'note', about: `engine ${name}`, text: `off: set ${variable} to switch it on` }
    }),
  ]
}

/** Later parts' variables are checked already, so that a mistake shows now. */
export function notUsedYet(settings: Settings): Finding[] {
  const set = Object.entries(SETTINGS).flatMap(([group, rows]) => {
    const values: Readonly<Record<string, unknown>> = group === 'relay' ? {} : settings[group as Exclude<keyof typeof SETTINGS, 'relay'>]
    return Object.entries<Setting>(rows).filter(([name, row]) => row.later && row.default === undefined && values[name] !== undefined)
  })
  return [...Map.groupBy(set, ([, row]) => row.later)].map(([later, named]) => ({
    state: 'note',
    about: String(later),
    text: `${named.map(([name]) => name).join(', ')}: fine, but not used yet`,
  }))
}
